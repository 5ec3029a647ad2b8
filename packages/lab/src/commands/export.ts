import { createRequire } from "node:module";
import { dirname, extname } from "node:path";
import { buildSpec, InputError } from "entropy-sgd-training";
import type { NamedTensor } from "entropy-sgd-training/formats";
import { writeOnnx } from "onnx-grad/onnx";
import { digestOf } from "../io/digest.ts";
import { makeFolder, writeWhole } from "../io/files.ts";
import { encodeNpz } from "../io/npz.ts";
import { encodeSafetensors } from "../io/safetensors.ts";
import { type LoadedRun, loadRun } from "../measure/loadRun.ts";
import { asInput } from "../runner/asInput.ts";
import { weightsOf } from "../runs/readRun.ts";
import { tensorsOf } from "../runs/tensorsOf.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, lockHooks, writeJson } from "./context.ts";
import { count } from "./options.ts";

/** Options of `entropy-sgd export`. */
export interface ExportCommand {
  /** The model's file. */
  readonly onnx?: string;
  readonly foldBatchNorm?: boolean;
  /** The model is for batches of this size alone. */
  readonly batch?: number;
  /** Ends in .safetensors or .npz. */
  readonly weights?: string;
  /** A folder that holds the run's data in another place. */
  readonly data?: string;
  readonly json?: boolean;
}

/** `entropy-sgd export`. */
export const definition: CommandDefinition = {
  examples: ["runs/one --onnx model.onnx", "runs/one --onnx model.onnx --fold-batch-norm --weights weights.npz"],
  declare: (command, context, done) =>
    json(command)
      .description(
        "Write a run's network as an ONNX model for inference, or its weights; files that are there are replaced.",
      )
      .argument("<run>", "run folder")
      .option("--onnx <file>", "where the model goes: standard operators of version 17, for any number of examples")
      .option("--fold-batch-norm", "take batch norm into the weights before it")
      .option("--batch <n>", "write the model for batches of n examples alone", count)
      .option("--weights <file>", "where weights and statistics of batch norm go: a .safetensors or .npz file")
      .option("--data <folder>", "a folder that holds the run's data in another place")
      .action(async (run: string, options: ExportCommand) => done(await exportCommand(run, options, context))),
};

/** Writes the model and the weights of a run where the options say. Gives the exit code. */
export async function exportCommand(path: string, options: ExportCommand, context: CommandContext): Promise<number> {
  const { onnx, weights, data } = options;
  const encode = weights === undefined ? undefined : encoders[extname(weights)];
  if (onnx === undefined && weights === undefined)
    throw new InputError({ name: "--onnx", rule: "or --weights must say where to write" });
  if (weights !== undefined && encode === undefined)
    throw new InputError({ name: "--weights", rule: "must end in .safetensors or .npz", value: weights });
  const run = await loadRun(path, { dataFolder: data, ...lockHooks(context) });
  const tensors = tensorsIn(run);
  const written = [
    ...(onnx === undefined ? [] : [[onnx, modelOf(run, tensors, options)] as const]),
    ...(weights === undefined ? [] : [[weights, encode!(run, tensors)] as const]),
  ];
  for (const [file, bytes] of written) {
    makeFolder(dirname(file));
    writeWhole(file, bytes);
    if (!options.json) context.stdout.write(`${file} has ${bytes.length} bytes\n`);
  }
  if (run.doubt !== null) context.stderr.write(`${run.doubt}\n`);
  if (options.json)
    writeJson(context, { run: path, files: written.map(([file, bytes]) => ({ file, ...digestOf([bytes]) })) });
  return exitCodes.ok;
}

const encoders: Readonly<Record<string, (run: LoadedRun, tensors: readonly NamedTensor[]) => Uint8Array>> = {
  ".safetensors": (run, tensors) => encodeSafetensors({ tensors, metadata: metadataOf(run) }),
  ".npz": (_, tensors) => encodeNpz(tensors),
};

/** Parameters in the order of the layout, then statistics of batch norm. */
function tensorsIn({ path, record, spec }: LoadedRun): NamedTensor[] {
  const network = buildSpec(spec, { mode: "evaluation" });
  const found = tensorsOf(weightsOf(path, record), network, `${path}: weights.safetensors`);
  const shapes = [
    ...network.parameters.map(({ block: { name, shape } }) => [name, shape] as const),
    ...network.runningStatistics.flatMap(({ name, mean, variance }) => [
      [`${name}.mean`, mean.shape] as const,
      [`${name}.variance`, variance.shape] as const,
    ]),
  ];
  return shapes.map(([name, shape]) => ({ name, shape, data: found[name]! }));
}

/** What of a run a file of its model says. */
function metadataOf({ name, record, spec, task, data, weightsHash }: LoadedRun): Record<string, string> {
  const { preparation } = data;
  return {
    run: name,
    network: spec.name,
    task: task.name,
    settings: digestOf([Buffer.from(JSON.stringify(record.settings))]).sha256,
    weights: weightsHash,
    ...(preparation === undefined ? {} : { preparation: JSON.stringify(preparation) }),
  };
}

function modelOf(
  run: LoadedRun,
  tensors: readonly NamedTensor[],
  { foldBatchNorm = false, batch }: ExportCommand,
): Uint8Array {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  const build = (size: number) => buildSpec(run.spec, { mode: "evaluation", batch: size });
  return asInput(() =>
    writeOnnx(batch === undefined ? build : build(batch), run.params, {
      statistics: Object.fromEntries(tensors.map(({ name, data }) => [name, data])),
      foldBatchNorm,
      producer: { name: "entropy-sgd", version },
      metadata: metadataOf(run),
    }),
  );
}
