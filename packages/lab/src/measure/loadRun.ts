import { createHash } from "node:crypto";
import { InputError } from "entropy-sgd-training";
import type { ParameterBlock } from "onnx-grad/layers";
import { hasNetwork, loadParts, type PartsPlace, type RunParts, requireSameData } from "../runner/loadParts.ts";
import { type RunRecord, readConfig, readRun } from "../runs/readRun.ts";
import { doubtOfUnsealed } from "../runs/unsealedWeights.ts";
import { requireSolution, solutionOf } from "./solution.ts";

/** A trained run, ready to be measured. */
export interface LoadedRun extends RunParts {
  /** Its folder. */
  readonly path: string;
  /** Name of its folder. */
  readonly name: string;
  readonly record: RunRecord;
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
 * @param place - where the data are, and who is told while they are prepared
 * @throws InputError if the folder is not a run, it diverged, its network is unknown, its weights are another run's, do not fit the
 *   network or are not finite, or the data are not those it was trained on; Interruption after a signal
 */
export async function loadRun(path: string, place: Omit<PartsPlace, "run"> = {}): Promise<LoadedRun> {
  const record = readRun(path);
  requireSolution(path, record);
  const { network } = record.settings;
  if (!hasNetwork(record.settings))
    throw new InputError({ path, rule: `the network ${JSON.stringify(network)} is unknown here` });
  const parts = await loadParts(record.settings, { ...place, run: path });
  const { params, layout, weights } = solutionOf(path, record, parts.spec);
  requireSameData(path, readConfig(path).dataChecksum, parts.data);
  const weightsHash = createHash("sha256").update(params).digest("hex");
  const doubt = record.seal.sealed ? null : doubtOfUnsealed(path, record, weights);
  return { ...parts, path, name: record.name, record, params, weightsHash, layout, doubt };
}

/**
 * Runs of one network, to be compared. Runs of the same name are numbered.
 *
 * @throws InputError as `loadRun`, or for different networks or data
 */
export async function loadRuns(paths: readonly string[], place: Omit<PartsPlace, "run"> = {}): Promise<LoadedRun[]> {
  const runs: LoadedRun[] = [];
  // One after another, so that data that must be prepared are prepared once.
  for (const path of paths) runs.push(await loadRun(path, place));
  const names = runs.map(({ spec }) => spec.name);
  if (new Set(names).size > 1) throw new InputError(`runs must be of one network, got ${names.join(" and ")}`);
  const isOther = ({ files, task }: LoadedRun): boolean =>
    files?.sha256 !== runs[0]!.files?.sha256 || task.name !== runs[0]!.task.name;
  const different = runs.find(isOther);
  if (different !== undefined) {
    throw new InputError({ path: different.path, rule: `must be of the same network file and task as ${paths[0]}` });
  }
  const other = runs.find(({ data }) => data.checksum !== runs[0]!.data.checksum);
  if (other !== undefined)
    throw new InputError(`runs must be of the same data, ${other.path} is of others than ${paths[0]}`);
  return runs.map((run, i) => ({
    ...run,
    name: runs.some((other, j) => j !== i && other.name === run.name) ? `${run.name} (${i + 1})` : run.name,
  }));
}
