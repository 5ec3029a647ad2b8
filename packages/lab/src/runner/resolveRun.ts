/** What a run is made of, once: network, data and plan of its settings, all checked. */
import { type DataSet, InputError, type NetworkSpec, type Plan, planOf, requireThreads } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { Settings } from "../settings/settings.ts";
import { networkOf } from "./loadData.ts";
import { makeOptimizer } from "./makeOptimizer.ts";

/** Settings with what follows from them and the data. */
export interface ResolvedRun {
  readonly settings: Settings;
  readonly data: DataSet;
  readonly spec: NetworkSpec;
  readonly plan: Plan;
}

/**
 * Checks all of a run's settings that can be checked before it begins.
 *
 * @throws InputError that names the setting, its rule and the value
 */
export function resolveRun(settings: Settings, data: DataSet): ResolvedRun {
  const { network, batchSize, budget, threads } = settings;
  const { numExamples } = data.train;
  const spec = networkOf(network);
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
  const plan = planOfSettings(settings, data);
  makeOptimizer(settings, plan, []);
  return { settings, data, spec, plan };
}

/** The gradients of a run. */
export function planOfSettings({ batchSize, innerSteps, budget }: Settings, { train }: DataSet): Plan {
  return planOf(train.numExamples, batchSize, innerSteps, budget);
}
