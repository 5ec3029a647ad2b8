// What a saved run is worth outside the page: its weights as safetensors, its network as ONNX.
import { buildSpec, compileNetwork, type DataSet, type Platform } from "entropy-sgd-training";
import { type CheckpointContent, checkpointsBy, safetensorsBy } from "entropy-sgd-training/formats";
import { createHash } from "entropy-sgd-training/web";
import { sizeOf } from "onnx-grad";
import { writeOnnx } from "onnx-grad/onnx";
import { dropoutOf, networkOf } from "./model.ts";
import { batchSize, type Settings } from "./settings.ts";

/** What the files are made of. */
export interface Weights {
  readonly params: Float32Array;
  /** Means and variances of batch norm by name. */
  readonly statistics: Readonly<Record<string, Float32Array>>;
  readonly gradients: number;
}

/**
 * The weights of a checkpoint with the statistics of batch norm that belong to them: those of its last evaluation, or where it
 * is between two evaluations those measured now, over the training images.
 */
export async function weightsOf(
  settings: Settings,
  { point, weights }: CheckpointContent,
  data: DataSet,
  platform: Platform,
): Promise<Weights> {
  const { gradients, evaluations } = point.position;
  const spec = networkOf(settings);
  const { tensors } = safetensorsBy(createHash).decode(weights, "the saved run");
  const found = new Map(tensors.map(({ name, data }) => [name, data]));
  const { parameters, numParams, runningStatistics } = buildSpec(spec, { mode: "evaluation" });
  const params = new Float32Array(numParams);
  for (const { block } of parameters) params.set(found.get(block.name)!.subarray(0, sizeOf(block.shape)), block.offset);
  const names = runningStatistics.flatMap(({ name }) => [`${name}.mean`, `${name}.variance`]);
  const saved = Object.fromEntries(names.map((name) => [name, Float32Array.from(found.get(name)!)]));
  if (evaluations.at(-1)?.gradients === gradients) return { params, statistics: saved, gradients };
  const { device, threads } = settings;
  const model = await compileNetwork(spec, { platform, device, batchSize, dropout: dropoutOf(settings), threads });
  try {
    await model.recalibrate(params, data.train);
    const measured = Object.entries(model.statistics).map(([name, values]) => [name, values.slice()] as const);
    return { params, statistics: Object.fromEntries(measured), gradients };
  } finally {
    await model.close();
  }
}

/** A weights file, as a run folder of the command has it. */
export function safetensorsOf(settings: Settings, { params, statistics, gradients }: Weights): Blob {
  const layout = buildSpec(networkOf(settings), { mode: "evaluation" }).parameters.map(({ block }) => block);
  const origin = { network: settings.network, gradients };
  const pieces = checkpointsBy(createHash).weightsPieces(params, { layout, statistics }, origin);
  return new Blob([...pieces] as BlobPart[]);
}

/** An ONNX model for any number of images. */
export function onnxOf(settings: Settings, { params, statistics, gradients }: Weights): Blob {
  const spec = networkOf(settings);
  const bytes = writeOnnx((batch) => buildSpec(spec, { mode: "evaluation", batch }), params, {
    statistics,
    producer: { name: "entropy-sgd" },
    metadata: { network: settings.network, gradients: String(gradients) },
  });
  return new Blob([bytes as Uint8Array<ArrayBuffer>]);
}
