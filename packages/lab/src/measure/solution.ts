/** The weights of a run in the layout of its network. */
import { buildSpec, hasDiverged, InputError, type NetworkSpec, requireFiniteWeights } from "entropy-sgd-training";
import type { Safetensors } from "entropy-sgd-training/formats";
import type { ParameterBlock } from "onnx-grad/layers";
import { type RunRecord, weightsOf } from "../runs/readRun.ts";
import { tensorsOf } from "../runs/tensorsOf.ts";

/** What training has found. */
export interface Solution {
  /** The file that holds it. */
  readonly weights: Safetensors;
  /** x, shape (n,), in the order of the network's layout. */
  readonly params: Float32Array;
  /** The place of each parameter in x. */
  readonly layout: readonly ParameterBlock[];
  /** Running statistics of batch norm by name. */
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/** @throws InputError for a run that diverged */
export function requireSolution(path: string, { result }: RunRecord): void {
  if (result === null || !hasDiverged(result)) return;
  throw new InputError({ path, rule: "the run diverged, there is no solution to be measured" });
}

/** @throws InputError for weights of another run, that do not fit the network, or are not finite */
export function solutionOf(path: string, record: RunRecord, spec: NetworkSpec): Solution {
  const network = buildSpec(spec, { mode: "evaluation" });
  const layout = network.parameters.map(({ block }) => block);
  const weights = weightsOf(path, record);
  const statistics: Record<string, Float32Array> = { ...tensorsOf(weights, network, `${path}: weights.safetensors`) };
  const params = new Float32Array(network.numParams);
  for (const { name, offset } of layout) {
    params.set(statistics[name]!, offset);
    delete statistics[name];
  }
  requireFiniteWeights(`${path}: weights to be measured`, params, layout);
  return { weights, params, layout, statistics };
}
