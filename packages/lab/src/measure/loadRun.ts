import { createHash } from "node:crypto";
import {
  buildSpec,
  type DataSet,
  hasDiverged,
  InputError,
  type NetworkSpec,
  networks,
  requireFiniteWeights,
} from "entropy-sgd-training";
import type { ParameterBlock } from "onnx-grad/layers";
import { loadData, requireSameData } from "../runner/loadData.ts";
import { type RunRecord, readConfig, readRun, weightsOf } from "../runs/readRun.ts";
import { tensorsOf } from "../runs/tensorsOf.ts";
import { doubtOfUnsealed } from "../runs/unsealedWeights.ts";

/** A trained run, ready to be measured. */
export interface LoadedRun {
  /** Its folder. */
  readonly path: string;
  /** Name of its folder. */
  readonly name: string;
  readonly record: RunRecord;
  readonly spec: NetworkSpec;
  readonly data: DataSet;
  /** x, shape (n,), in the order of the network's layout. */
  readonly params: Float32Array;
  /** SHA-256 of x. */
  readonly weightsHash: string;
  /** The place of each parameter in x. */
  readonly layout: readonly ParameterBlock[];
  /** Why the weights cannot be verified, in words; null if they are verified. */
  readonly doubt: string | null;
}

/**
 * Reads a run with its weights and its data, which may lie in another folder than when it was trained.
 *
 * @throws InputError if the folder is not a run, it diverged, its network is unknown, its weights are another run's, do not fit the
 *   network or are not finite, or the data are not those it was trained on
 */
export function loadRun(path: string, dataFolder?: string): LoadedRun {
  const record = readRun(path);
  if (record.result !== null && hasDiverged(record.result)) {
    throw new InputError({ path, rule: "the run diverged, there is no solution to be measured" });
  }
  const { network: networkName } = record.settings;
  if (!Object.hasOwn(networks, networkName)) {
    throw new InputError({ path, rule: `the network ${JSON.stringify(networkName)} is unknown here` });
  }
  const spec = networks[networkName]!;
  const network = buildSpec(spec, { mode: "evaluation" });
  const layout = network.parameters.map(({ block }) => block);
  const weights = weightsOf(path, record);
  const tensors = tensorsOf(weights, network, `${path}: weights.safetensors`);
  const params = new Float32Array(network.numParams);
  for (const { name, offset } of layout) params.set(tensors[name]!, offset);
  requireFiniteWeights(`${path}: weights to be measured`, params, layout);
  const weightsHash = createHash("sha256").update(params).digest("hex");
  const data = loadData({ ...record.settings, ...(dataFolder === undefined ? {} : { data: dataFolder }) });
  requireSameData(path, readConfig(path).dataChecksum, data);
  const doubt = record.seal.sealed ? null : doubtOfUnsealed(path, record, weights);
  return { path, name: record.name, record, spec, data, params, weightsHash, layout, doubt };
}

/**
 * Runs of one network, to be compared. Runs of the same name are numbered.
 *
 * @throws InputError as `loadRun`, or for different networks or data
 */
export function loadRuns(paths: readonly string[], dataFolder?: string): LoadedRun[] {
  const runs = paths.map((path) => loadRun(path, dataFolder));
  const names = runs.map(({ spec }) => spec.name);
  if (new Set(names).size > 1) throw new InputError(`runs must be of one network, got ${names.join(" and ")}`);
  const other = runs.find(({ data }) => data.checksum !== runs[0]!.data.checksum);
  if (other !== undefined)
    throw new InputError(`runs must be of the same data, ${other.path} is of others than ${paths[0]}`);
  return runs.map((run, i) => ({
    ...run,
    name: runs.some((other, j) => j !== i && other.name === run.name) ? `${run.name} (${i + 1})` : run.name,
  }));
}
