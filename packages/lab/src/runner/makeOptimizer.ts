import {
  adam,
  adamw,
  detailsOf,
  entropyAdam,
  entropySgd,
  type Optimizer,
  type OptimizerName,
  type ParameterGroup,
  type Schedule,
  sam,
  sgd,
  sgld,
  stepSchedule,
  swa,
} from "entropy-sgd";
import { type AnyState, InputError, type Plan } from "entropy-sgd-training";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import { scopeFrom } from "../settings/parseOption.ts";
import type { Settings } from "../settings/settings.ts";

const factories = {
  "entropy-sgd": entropySgd,
  "entropy-adam": entropyAdam,
  sgd,
  adam,
  adamw,
  sgld,
  sam,
  swa,
};

/**
 * The optimizer of a run: rates fall at fractions of the budget, scoping ends where the recipe's does, every learning
 * rate is `rateFactor` times the settings'.
 *
 * @throws InputError with the factory's message for a value out of range
 */
export function makeOptimizer(
  settings: Settings,
  plan: Plan,
  layout: readonly ParameterBlock[],
  rateFactor = 1,
): Optimizer<AnyState> {
  const { optimizer, seed } = settings;
  const options = { ...settings.options, ...scaledRates(settings.options, rateFactor) };
  const isEntropy = hasInnerLoop(settings);
  const drawsNoise = isEntropy || optimizer === "sgld";
  // The factory checks names and values; the table cannot tie the name of an optimizer to the type of its options.
  if (!Object.hasOwn(factories, optimizer))
    throw new InputError({ name: "optimizer", rule: `${JSON.stringify(optimizer)} is unknown here` });
  const factory = factories[optimizer as OptimizerName] as unknown as (options: object) => Optimizer<AnyState>;
  if (optimizer === "swa") requireReached("averageFrom", Number(averagingOf(options, plan).averageFrom), plan);
  try {
    const resolved = {
      ...options,
      ...schedulesOf({ ...settings, options }, plan),
      ...(isEntropy || optimizer === "sam"
        ? {}
        : { gradientNormEvery: options.gradientNormEvery ?? plan.boundaryEvery }),
      ...(optimizer === "swa" ? averagingOf(options, plan) : {}),
      ...(optimizer === "sgld" ? { annealingPeriod: options.annealingPeriod ?? plan.gradientsPerEpoch } : {}),
      ...(drawsNoise ? { seed } : {}),
      groups: settings.decayBiases ? [] : exemptFromDecay(layout),
    };
    return factory(resolved);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new InputError(detailsOf(error) ?? {}, error.message);
    throw error;
  }
}

const hasInnerLoop = ({ optimizer }: Settings): boolean => optimizer === "entropy-sgd" || optimizer === "entropy-adam";

/** Gradients of one step in a schedule: an outer step where there is an inner loop, two for SAM. */
function gradientsPerStep(settings: Settings, { boundaryEvery }: Plan): number {
  return hasInnerLoop(settings) ? boundaryEvery : settings.optimizer === "sam" ? 2 : 1;
}

/** The schedules that follow the budget: rates fall at fractions of it, scoping ends where the recipe's does. */
function schedulesOf(settings: Settings, plan: Plan): { learningRate?: Schedule; scope?: number | Schedule } {
  const { options, drops, dropFactor } = settings;
  const { learningRate } = options;
  const steps = plan.totalGradients / gradientsPerStep(settings, plan);
  const fullSteps = settings.recipeEpochs * plan.gradientsPerEpoch;
  const at = drops.map((drop) => drop * steps);
  return {
    ...(typeof learningRate === "number" && drops.length > 0 && learningRate > 0
      ? { learningRate: stepSchedule({ initial: learningRate, factor: dropFactor, at }) }
      : {}),
    ...(hasInnerLoop(settings)
      ? { scope: scopeFrom(options.scope ?? null, fullSteps, plan.totalGradients / plan.boundaryEvery) }
      : {}),
  };
}

/**
 * The schedules whose values under the plans `before` and `after` differ in the first `gradients` gradients, with the first
 * gradient where they do: an extended run is not the one that had the larger budget from the start.
 */
export function schedulesThatDiffer(settings: Settings, before: Plan, after: Plan, gradients: number): string[] {
  const [old, larger] = [schedulesOf(settings, before), schedulesOf(settings, after)];
  const each = gradientsPerStep(settings, before);
  const numSteps = Math.ceil(gradients / each);
  const differing = (["learningRate", "scope"] as const).flatMap((name) => {
    const valueAt = (schedule: number | Schedule | undefined, t: number) =>
      typeof schedule === "function" ? schedule(t) : schedule;
    for (let t = 0; t < numSteps; t++) {
      if (valueAt(old[name], t) !== valueAt(larger[name], t)) return [`${name} from gradient ${t * each + 1} on`];
    }
    return [];
  });
  if (settings.optimizer !== "swa") return differing;
  const [one, other] = [before, after].map((plan) => Number(averagingOf(settings.options, plan).averageFrom));
  const first = Math.min(one!, other!);
  return one === other || first >= gradients ? differing : [...differing, `averageFrom from gradient ${first + 1} on`];
}

/** The learning rates among the options, smaller by a factor. */
function scaledRates(options: Settings["options"], factor: number): Record<string, number> {
  const rates = ["learningRate", "innerLearningRate"].flatMap((name) => {
    const rate = options[name];
    return typeof rate === "number" ? [[name, rate * factor] as const] : [];
  });
  return Object.fromEntries(rates);
}

/** Refuses schedules that begin after the run's end. @throws InputError */
function requireReached(name: string, gradients: number, { totalGradients }: Plan): void {
  if (!(gradients > totalGradients)) return;
  const rule = `must be at most the ${totalGradients} gradients of the run, or no point is averaged`;
  throw new InputError({ name, rule, value: gradients });
}

/** SWA averages once per outer boundary over the last quarter of the budget (Izmailov et al. 2018, section 5). */
function averagingOf(options: Settings["options"], plan: Plan): Readonly<Record<string, unknown>> {
  return {
    averageFrom: options.averageFrom ?? Math.ceil(0.75 * plan.totalGradients),
    averageEvery: options.averageEvery ?? plan.boundaryEvery,
  };
}

/** Biases and normalisation parameters, left out of weight decay. */
function exemptFromDecay(layout: readonly ParameterBlock[]): ParameterGroup[] {
  return layout
    .filter(({ kind }) => kind !== "weight")
    .map(({ offset, shape }) => ({ start: offset, end: offset + sizeOf(shape), weightDecay: false }));
}
