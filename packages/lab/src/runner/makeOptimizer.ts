import {
  type AnyState,
  type MeasuredSchedule,
  type NamedOptimizer,
  type Optimizer,
  type OptimizerName,
  optimizersByName,
  type ParameterGroup,
  type ParleOptions,
  parleReplica,
  type Schedule,
  serialise,
  stepSchedule,
} from "entropy-sgd";
import { InputError, matches, type Plan, parameterGroups } from "entropy-sgd-training";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import type { OptionValue } from "../settings/recipes.ts";
import { scopeFrom } from "../settings/scopeText.ts";
import type { Settings } from "../settings/settings.ts";
import { asInput } from "./asInput.ts";

/** The learning rates of an optimizer: the inner one where there is an inner loop. */
export type RateName = "learningRate" | "innerLearningRate";

/**
 * The optimizer of a run: rates fall at fractions of the budget, scoping ends where the recipe's does, every learning
 * rate is `rateFactor` times the settings'.
 *
 * @param schedules - of rates and scope, instead of the settings'
 * @throws InputError with the factory's message for a value out of range
 */
export function makeOptimizer(
  settings: Settings,
  plan: Plan,
  layout: readonly ParameterBlock[],
  rateFactor = 1,
  schedules: Readonly<Partial<Record<RateName, Schedule>>> & Pick<ScheduledOptions, "scope"> = {},
): Optimizer<AnyState> {
  const groups = [...(settings.decayBiases ? [] : exemptFromDecay(layout)), ...byPattern(settings, layout)];
  return created(settings, plan, groups, rateFactor, schedules);
}

/** Vectors of a weight's size that a run's gradient and its optimizer's state take. */
export function numVectorsOf(settings: Settings, plan: Plan): number {
  const state = created(settings, plan, []).init(new Float32Array(1));
  return 1 + Object.keys(serialise(state).vectors).length;
}

function created(
  settings: Settings,
  plan: Plan,
  groups: readonly ParameterGroup[],
  rateFactor = 1,
  schedules: Readonly<Partial<Record<RateName, Schedule>>> & Pick<ScheduledOptions, "scope"> = {},
): Optimizer<AnyState> {
  const { create } = creatorOf(settings);
  const rated = { ...settings.options, ...scaledRates(settings.options, rateFactor) };
  const options = { ...rated, ...valuesFromPlan(settings, plan) };
  if (options.averageFrom !== undefined) requireReached("averageFrom", Number(options.averageFrom), plan);
  return asInput(() =>
    create({
      ...options,
      ...schedulesOf({ ...settings, options }, plan),
      ...schedules,
      groups,
    }),
  );
}

/** Which parameters a run's settings freeze. */
export function frozenBy({ freeze }: Settings): (name: string) => boolean {
  return (name) => matches(freeze, name);
}

/** The groups of frozen parameters and of those with rates of their own. */
function byPattern(settings: Settings, layout: readonly ParameterBlock[]): ParameterGroup[] {
  // Where Adam drives the outer loop its steps do not grow with those of the inner one.
  const isOuterAdaptive = ["outer", "both"].includes(String(settings.options.adaptive));
  return parameterGroups(layout, settings, { ofInnerLoop: namedOptimizer(settings).hasInnerLoop && !isOuterAdaptive });
}

/** How the optimizer is made: of a replica that is a run of its own, that of the replica. */
function creatorOf(settings: Settings): Pick<NamedOptimizer, "create"> {
  const { replica } = settings;
  if (replica === null) return namedOptimizer(settings);
  return {
    create({ replicas: _, ...options }: ParleOptions) {
      return parleReplica({ ...options, replica }) as unknown as Optimizer<AnyState>;
    },
  };
}

/** Gradients of this run in one step that its schedules count. */
function gradientsPerStep({ options, replica, ...settings }: Settings): number {
  return namedOptimizer(settings).gradientsPerStep(replica === null ? options : { ...options, replicas: 1 });
}

function namedOptimizer({ optimizer }: Pick<Settings, "optimizer">): NamedOptimizer {
  if (Object.hasOwn(optimizersByName, optimizer)) return optimizersByName[optimizer as OptimizerName];
  throw new InputError({ name: "optimizer", rule: `${JSON.stringify(optimizer)} is unknown here` });
}

const hasOption = ({ options }: NamedOptimizer, name: string): boolean =>
  options.some((option) => option.name === name);

/** Options that follow the plan, for the optimizers that have them, where the settings do not say them. */
const fromPlan = {
  gradientNormEvery: ({ boundaryEvery }: Plan) => boundaryEvery,
  annealingPeriod: ({ gradientsPerEpoch }: Plan) => gradientsPerEpoch,
  // SWA averages once per boundary over the last quarter of the budget (Izmailov et al. 2018, section 5).
  averageFrom: ({ totalGradients }: Plan) => Math.ceil(0.75 * totalGradients),
  averageEvery: ({ boundaryEvery }: Plan) => boundaryEvery,
};

/** The values of those options under a plan, and the run's seed where noise is drawn. */
function valuesFromPlan(settings: Settings, plan: Plan): Partial<Record<keyof typeof fromPlan | "seed", OptionValue>> {
  const optimizer = namedOptimizer(settings);
  const own = Object.entries(fromPlan).filter(([name]) => hasOption(optimizer, name));
  return {
    ...Object.fromEntries(own.map(([name, value]) => [name, settings.options[name] ?? value(plan)])),
    ...(hasOption(optimizer, "seed") ? { seed: settings.seed } : {}),
  };
}

/** The options that may follow the budget. */
interface ScheduledOptions {
  readonly learningRate?: Schedule;
  readonly scope?: number | Schedule | MeasuredSchedule;
}

/** The schedules that follow the budget: rates fall at fractions of it, scoping ends where the recipe's does. */
function schedulesOf(settings: Settings, plan: Plan): ScheduledOptions {
  const { options, drops, dropFactor } = settings;
  const { learningRate } = options;
  const steps = plan.totalGradients / gradientsPerStep(settings);
  const fullSteps = settings.recipeEpochs * plan.gradientsPerEpoch;
  const at = drops.map((drop) => drop * steps);
  return {
    ...(typeof learningRate === "number" && drops.length > 0 && learningRate > 0
      ? { learningRate: stepSchedule({ initial: learningRate, factor: dropFactor, at }) }
      : {}),
    ...(hasOption(namedOptimizer(settings), "scope")
      ? { scope: scopeFrom(options.scope ?? null, { fullSteps, outerSteps: steps }) }
      : {}),
  };
}

/**
 * The schedules whose values under the plans `before` and `after` differ in the first `gradients` gradients, with the first
 * gradient where they do: an extended run is not the one that had the larger budget from the start.
 */
export function schedulesThatDiffer(settings: Settings, before: Plan, after: Plan, gradients: number): string[] {
  const [old, larger] = [schedulesOf(settings, before), schedulesOf(settings, after)];
  const each = gradientsPerStep(settings);
  const numSteps = Math.ceil(gradients / each);
  const differing = (["learningRate", "scope"] as const).flatMap((name) => {
    // Constants and measured schedules follow no plan.
    const valueAt = (schedule: ScheduledOptions[typeof name], t: number) =>
      typeof schedule === "function" ? schedule(t) : null;
    for (let t = 0; t < numSteps; t++) {
      if (valueAt(old[name], t) !== valueAt(larger[name], t)) return [`${name} from gradient ${t * each + 1} on`];
    }
    return [];
  });
  const [one, other] = [before, after].map((plan) => valuesFromPlan(settings, plan).averageFrom);
  const first = Math.min(Number(one), Number(other));
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

/** Biases and normalisation parameters, left out of weight decay. */
function exemptFromDecay(layout: readonly ParameterBlock[]): ParameterGroup[] {
  return layout
    .filter(({ kind }) => kind !== "weight")
    .map(({ offset, shape }) => ({ start: offset, end: offset + sizeOf(shape), weightDecay: false }));
}
