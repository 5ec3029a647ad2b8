import { buildNetwork, sizeOf } from "onnx-grad";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { type NetworkSpec, networks } from "../networks/networks.ts";
import { type RunRecord, readRun, readWeights } from "../runs/readRun.ts";
import { loadData } from "../training/runTraining.ts";

/** A trained run, ready to be measured. */
export interface LoadedRun {
  readonly record: RunRecord;
  readonly spec: NetworkSpec;
  readonly data: DataSet;
  /** x, shape (n,), in the order of the network's layout. */
  readonly params: Float32Array;
  /** Batch-norm statistics by name. */
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/**
 * Reads a run with its weights and its data.
 *
 * @throws InputError if the folder is no run, its network is unknown, or its weights do not fit the network
 */
export function loadRun(path: string): LoadedRun {
  const record = readRun(path);
  const spec = networks[record.settings.network];
  if (spec === undefined) throw new InputError(`${path}: the network ${record.settings.network} is unknown here`);
  const tensors = new Map(readWeights(path).tensors.map(({ name, data }) => [name, data]));
  const network = buildNetwork(spec.define(0), [1, ...spec.inputShape], "evaluation");
  const take = (name: string, length: number): Float32Array => {
    const data = tensors.get(name);
    if (data?.length === length) return data;
    const found = data === undefined ? "nothing" : `${data.length}`;
    throw new InputError(`${path}: weights.safetensors must have ${length} numbers named ${name}, found ${found}`);
  };
  const params = new Float32Array(network.numParams);
  for (const { block } of network.parameters) params.set(take(block.name, sizeOf(block.shape)), block.offset);
  const statistics = Object.fromEntries(
    network.runningStatistics.flatMap(({ name, mean }) =>
      [`${name}.mean`, `${name}.variance`].map((key) => [key, take(key, sizeOf(mean.shape))] as const),
    ),
  );
  return { record, spec, data: loadData(record.settings), params, statistics };
}
