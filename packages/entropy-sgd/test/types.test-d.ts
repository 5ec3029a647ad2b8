/** What the compiler knows of the library: checked with all sources, and of the packed declarations under other compilers. */
import {
  adam,
  annealedSchedule,
  type Best,
  bestSoFar,
  clone,
  constantSchedule,
  cosineSchedule,
  type Direction,
  defineOptimizer,
  deserialise,
  entropyAdam,
  entropySgd,
  exponentialSchedule,
  geometricScope,
  type LocalEntropyState,
  localEntropyDescent,
  momentum,
  type Objective,
  type ObjectiveWith,
  type Optimizer,
  outerStep,
  type PlainData,
  type Progress,
  polynomialSchedule,
  presets,
  type ScalarOrSchedule,
  type Schedule,
  type SerialisedState,
  type SgdOptions,
  type StateOf,
  serialise,
  sgd,
  stepSchedule,
  type Vector,
  type VectorOf,
  type WeightAveragingState,
  weightAveraging,
} from "entropy-sgd";
import { hessianAt, lbfgs } from "entropy-sgd/landscape";
import { type LangevinSample, langevin } from "entropy-sgd/sampling";
import { expectTypeOf } from "vitest";

type State = { readonly progress: Progress; readonly params: Vector };
declare const optimizer: Optimizer<State>;
declare const singles: Float32Array;
declare const doubles: Float64Array;

// Optimizer<S>: the type of the parameters stays that of every vector.
const state = optimizer.init(singles);
expectTypeOf(state).toEqualTypeOf<StateOf<State, Float32Array>>();
expectTypeOf(optimizer.step(singles, state)).toEqualTypeOf(state);
expectTypeOf(optimizer.gradientPoint(state)).toEqualTypeOf<Float32Array>();
expectTypeOf(optimizer.evalPoint(optimizer.init(doubles))).toEqualTypeOf<Float64Array>();
expectTypeOf<VectorOf<State>>().toEqualTypeOf<Vector>();
expectTypeOf(outerStep(optimizer, state, (x) => x)).toEqualTypeOf(state);
expectTypeOf(outerStep(optimizer, state, async (x) => x)).toEqualTypeOf<Promise<typeof state>>();
outerStep(optimizer, state, (x) => expectTypeOf(x).toEqualTypeOf<Float32Array>() && x);
// @ts-expect-error: the state of another optimizer
entropySgd({ scope: 0 }).step(singles, state);
// @ts-expect-error: a list of numbers is no vector
optimizer.init([1, 2]);
expectTypeOf<Optimizer<LocalEntropyState>>().not.toExtend<Optimizer<State & { readonly more: number }>>();

// defineOptimizer: S is what the parts share.
const parts = {
  init: (params: Vector): State => ({ progress: optimizer.init(params).progress, params }),
  gradientPoint: ({ params }: State) => params,
  evalPoint: ({ params }: State) => params,
  step: (_gradient: Vector, before: State) => before,
};
expectTypeOf(defineOptimizer("own", parts)).toEqualTypeOf<Optimizer<State>>();
// @ts-expect-error: `step` is missing
defineOptimizer<State>("own", { init: parts.init, gradientPoint: parts.gradientPoint, evalPoint: parts.evalPoint });
// @ts-expect-error: `init` gives no whole state
defineOptimizer<State>("own", { ...parts, init: (params: Vector) => ({ params }) });

// localEntropyDescent: directions inside and outside, one kind of state.
declare const direction: Direction;
const descent = localEntropyDescent({
  scope: geometricScope(1e-3, 1e-3),
  inner: direction,
  outer: momentum({ momentum: 0.5 }),
});
expectTypeOf(descent).toEqualTypeOf<Optimizer<LocalEntropyState>>();
expectTypeOf(entropySgd({ ...presets.lua, scope: 1 })).toEqualTypeOf(descent);
expectTypeOf(entropyAdam({ scope: 1 })).toEqualTypeOf(descent);
// @ts-expect-error: an optimizer owns its points, a direction does not
localEntropyDescent({ scope: 0, inner: sgd({ learningRate: 1 }) });
// @ts-expect-error: a scope must be given
localEntropyDescent({});
// @ts-expect-error: no option
entropySgd({ scope: 0, innersteps: 5 });

// weightAveraging: around any optimizer whose state is plain data with progress.
const averaged = weightAveraging(descent, { averageFrom: 0, averageEvery: 1 });
expectTypeOf(averaged).toEqualTypeOf<Optimizer<WeightAveragingState<LocalEntropyState>>>();
expectTypeOf(averaged.init(singles).base).toEqualTypeOf<LocalEntropyState>();
// @ts-expect-error: a state with a function in it cannot be saved
weightAveraging({} as Optimizer<State & { readonly now: () => number }>, { averageFrom: 0, averageEvery: 1 });

// Schedules: functions of the step, taken wherever a constant is.
const schedules = [
  geometricScope(1, 0.1),
  constantSchedule(1),
  cosineSchedule({ initial: 1, steps: 10 }),
  exponentialSchedule({ initial: 1, factor: 0.9 }),
  polynomialSchedule({ initial: 1, power: 1, steps: 10 }),
  stepSchedule({ initial: 1, at: [5], factor: 0.1 }),
  annealedSchedule({ initial: geometricScope(1, 0.1), exponent: 0.5 }),
];
expectTypeOf(schedules).toEqualTypeOf<Schedule[]>();
expectTypeOf<Schedule>().toEqualTypeOf<(step: number) => number>();
expectTypeOf<SgdOptions["learningRate"]>().toEqualTypeOf<ScalarOrSchedule>();
adam({ learningRate: (step) => expectTypeOf(step).toBeNumber() && 1 / (1 + step) });
// @ts-expect-error: a word is no rate
sgd({ learningRate: "0.1" });

// Saved states: plain data in, the template's type out.
expectTypeOf(serialise(state)).toEqualTypeOf<SerialisedState>();
expectTypeOf(serialise).parameter(0).toEqualTypeOf<PlainData>();
expectTypeOf(deserialise(serialise(state), optimizer.init(doubles))).toEqualTypeOf<StateOf<State, Float64Array>>();
expectTypeOf(clone(state)).toEqualTypeOf(state);
expectTypeOf<WeightAveragingState<LocalEntropyState>>().toExtend<PlainData>();
// @ts-expect-error: a function cannot be saved
serialise({ now: () => 1 });
expectTypeOf(bestSoFar(null, 1, singles)).toEqualTypeOf<Best<Float32Array> | null>();

// Objective: values may come later; an instrument asks for the functions that it calls.
const bowl = {
  valueAt: (x: Vector) => x[0]! ** 2,
  async valueAndGradientAt(x: Vector, out: Vector) {
    out[0] = 2 * x[0]!;
    return x[0]! ** 2;
  },
};
expectTypeOf(bowl).toExtend<Objective>();
expectTypeOf(bowl).toExtend<ObjectiveWith<"valueAt" | "valueAndGradientAt">>();
expectTypeOf<Objective>().not.toExtend<ObjectiveWith<"hessianProduct">>();
expectTypeOf<Objective>().toExtend<ObjectiveWith<"valueAt">>();
lbfgs(bowl, { start: doubles, tolerance: 1e-6, maxSteps: 10 });
langevin(bowl, doubles, { stepSize: 0.1, numSamples: 1 }, (sample) => {
  expectTypeOf(sample).toEqualTypeOf<LangevinSample>();
});
// @ts-expect-error: Langevin samples need gradients
langevin({ valueAt: bowl.valueAt }, doubles, { stepSize: 0.1, numSamples: 1 }, () => {});
// @ts-expect-error: no Hessian-vector products
hessianAt(bowl, doubles);
