/** What a run is made of, once: data, network, task and plan of its settings, all checked. */
import {
  type AnySplit,
  buildSpec,
  type DataSet,
  InputError,
  type Plan,
  planOf,
  requireThreads,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { Settings } from "../settings/settings.ts";
import type { RunParts } from "./loadParts.ts";
import { makeOptimizer } from "./makeOptimizer.ts";

/** Settings with what follows from them and the data. */
export interface ResolvedRun extends RunParts {
  /** With the hash of a network of the user's own. */
  readonly settings: Settings;
  readonly plan: Plan;
}

/**
 * Checks all of a run's settings that can be checked before it begins.
 *
 * @throws InputError that names the setting, its rule and the value
 */
export function resolveRun(given: Settings, parts: RunParts): ResolvedRun {
  const { files, data } = parts;
  const settings = files === null ? given : { ...given, networkHash: files.sha256 };
  const { batchSize, budget, threads } = settings;
  const { numExamples } = data.train;
  const gradients = budget * (numExamples / batchSize);
  // Larger numbers of gradients could not be counted one by one.
  if (gradients > Number.MAX_SAFE_INTEGER / 2) {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 2);
    const rule = `must be at most ${most} gradients, got ${budget} effective epochs`;
    throw new InputError({ name: "budget", rule });
  }
  if (threads !== null) requireThreads(threads, nodePlatform);
  if (batchSize > numExamples) {
    const rule = `must be at most the ${numExamples} training examples`;
    throw new InputError({ name: "batchSize", rule, value: batchSize });
  }
  if (settings.patience !== null) requireBest(settings, data);
  const plan = planOfSettings(settings, data);
  const { parameters } = buildSpec(parts.spec, { mode: "evaluation" });
  makeOptimizer(
    settings,
    plan,
    parameters.map(({ block }) => block),
  );
  return { ...parts, settings, plan };
}

/** Early stopping chooses by validation, and restores the weights of the best checkpoint. @throws InputError */
function requireBest({ patience, keepBest }: Settings, { validation }: DataSet<AnySplit>): void {
  if (validation.numExamples === 0)
    throw new InputError({ name: "patience", rule: "needs validation examples, there are none", value: patience });
  if (keepBest === 0)
    throw new InputError({ name: "keepBest", rule: "must be at least 1 where there is patience", value: keepBest });
}

/** The weights of the network of some runs. */
export function numParamsOf({ spec }: RunParts): number {
  return buildSpec(spec, { mode: "evaluation" }).numParams;
}

/** The gradients of a run. */
export function planOfSettings({ batchSize, innerSteps, budget }: Settings, { train }: DataSet<AnySplit>): Plan {
  return planOf(train.numExamples, batchSize, innerSteps, budget);
}
