/** Every optimizer through one suite; exceptions are fields of the table. */
import { describe, expect, test } from "vitest";
import {
  adam,
  adamScaling,
  adamw,
  clipByGlobalNorm,
  clone,
  cosineSchedule,
  deserialise,
  distanceScope,
  elasticSgd,
  entropyAdam,
  entropySgd,
  type GradientDescentState,
  gradientDescent,
  type LocalEntropyState,
  localEntropyDescent,
  momentum,
  type Optimizer,
  optimizerNames,
  optimizersByName,
  type ParleState,
  parle,
  presets,
  progress,
  type SamState,
  type ScalarOrSchedule,
  sam,
  serialise,
  sgd,
  sgld,
  swa,
  type Vector,
  type WeightAveragingState,
} from "../src/index.ts";

type State =
  | GradientDescentState
  | LocalEntropyState
  | ParleState
  | SamState
  | WeightAveragingState<GradientDescentState>;

/** Erases the state's type so that one table holds all; `S` goes in and comes out of the same optimizer only. */
interface Subject {
  readonly innerSteps: number;
  init(params: Vector): State;
  step(gradient: Vector, state: State): State;
  gradientPoint(state: State): Vector;
  evalPoint(state: State): Vector;
}

function subject<S extends State>(optimizer: Optimizer<S>): Subject {
  // Each subject only meets states of its own making.
  return optimizer as unknown as Subject;
}

interface Rates {
  /** Learning rates per problem: quadratic, ill-conditioned quadratic, Rosenbrock. */
  readonly rates: readonly [number, number, number];
  /** Whether the rate is a schedule of outer steps that must be given per problem; all have schedules. */
  readonly create: (learningRate: ScalarOrSchedule, seed: number) => Subject;
  /** Whether it draws noise, so that another seed gives other bits. */
  readonly random: boolean;
  /** Distance that the noise or the decay leaves at the minimum. */
  readonly floor: number;
  /** Gradients of one step where that is not an inner loop. Default: the optimizer's `innerSteps`. */
  readonly gradientsPerStep?: number;
}

const table: Readonly<Record<string, Rates>> = {
  sgd: { rates: [0.5, 0.019, 1e-3], create: (learningRate) => subject(sgd({ learningRate })), random: false, floor: 0 },
  "sgd with Nesterov momentum": {
    rates: [0.1, 0.01, 2e-4],
    create: (learningRate) => subject(sgd({ learningRate, momentum: 0.9, nesterov: true })),
    random: false,
    floor: 0,
  },
  "sgd with momentum and clipping": {
    rates: [0.1, 0.01, 2e-4],
    create: (learningRate) => subject(sgd({ learningRate, momentum: 0.9, clipNorm: 50 })),
    random: false,
    floor: 0,
  },
  adam: {
    rates: [0.05, 0.05, 0.01],
    create: (learningRate) => subject(adam({ learningRate })),
    random: false,
    floor: 0,
  },
  adamw: {
    // Beside a decay the gradient never vanishes, and once √v̂ has shrunk below ηh/38 Adam is unstable (38 = 2(1 + β₁)/(1 − β₁)):
    // at η = 0.01 that is after the run's end, at 0.05 before it.
    rates: [0.05, 0.01, 0.01],
    create: (learningRate) => subject(adamw({ learningRate, weightDecay: 1e-4 })),
    random: false,
    // The decayed minimum: ηλx is balanced by a step of relative length η, so the offset is of the order of λ.
    floor: 1e-3,
  },
  sam: {
    rates: [0.3, 0.01, 2e-4],
    // A small radius: the ascent moves the minimum of a sharp direction by its own size.
    create: (learningRate) => subject(sam({ learningRate, radius: 1e-4, momentum: 0.5 })),
    random: false,
    floor: 1e-3,
    gradientsPerStep: 2,
  },
  "sam with Adam's direction": {
    rates: [0.05, 0.02, 0.01],
    create: (learningRate) => subject(sam({ learningRate, radius: 1e-4, direction: adamScaling() })),
    random: false,
    floor: 1e-3,
    gradientsPerStep: 2,
  },
  swa: {
    rates: [0.5, 0.019, 1e-3],
    create: (learningRate) => subject(swa({ learningRate, averageFrom: 5, averageEvery: 3 })),
    random: false,
    // The mean of all iterates from the 5th on forgets the start as 1/k only.
    floor: 0.05,
  },
  sgld: {
    rates: [0.5, 0.019, 1e-3],
    create: (learningRate, seed) => subject(sgld({ learningRate, annealing: 0.1, seed })),
    random: true,
    // √(2T/h) per weight with T = ε² and ε = 1e-4, h ≥ 0.4 here: below 1e-3 at five standard deviations.
    floor: 1e-3,
  },
  "gradientDescent with own direction": {
    rates: [0.5, 0.019, 1e-3],
    create: (learningRate) => subject(gradientDescent({ direction: momentum(), learningRate })),
    random: false,
    floor: 0,
  },
  "entropySgd, paper": {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) => subject(entropySgd({ ...shared(rate, seed), ...presets.paper })),
    random: true,
    floor: 1e-3,
  },
  "entropySgd, lua": {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) => subject(entropySgd({ ...shared(rate, seed), ...presets.lua })),
    random: true,
    floor: 1e-3,
  },
  "entropySgd, pytorch": {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) => subject(entropySgd({ ...shared(rate, seed), ...presets.pytorch, learningRate: 0.3 })),
    random: true,
    floor: 1e-3,
  },
  "entropySgd, distanceScope": {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) => subject(entropySgd({ ...shared(rate, seed), scope: distanceScope(0.01, 1e-3) })),
    random: true,
    floor: 1e-3,
  },
  entropyAdam: {
    rates: [0.05, 0.05, 0.02],
    create: (learningRate, seed) =>
      subject(entropyAdam({ learningRate, innerLearningRate: 1e-3, scope: 0.01, innerSteps: 5, noise: 1e-5, seed })),
    random: true,
    floor: 1e-2,
  },
  "entropyAdam, inner": {
    rates: [0.02, 0.02, 0.005],
    create: (innerLearningRate, seed) =>
      subject(entropyAdam({ adaptive: "inner", innerLearningRate, scope: 0.01, innerSteps: 5, noise: 1e-5, seed })),
    random: true,
    floor: 1e-1,
  },
  parle: {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) => subject(parle({ ...shared(rate, seed), replicas: 2 })),
    random: true,
    floor: 1e-3,
  },
  "parle, one replica with momentum outside": {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) =>
      subject(parle({ ...shared(rate, seed), replicas: 1, coupling: 0, learningRate: 0.3, outerMomentum: 0.9 })),
    random: true,
    floor: 1e-3,
  },
  elasticSgd: {
    rates: [0.5, 0.019, 1e-3],
    create: (learningRate) => subject(elasticSgd({ learningRate, replicas: 4, coupling: 0.05 })),
    random: false,
    floor: 0,
  },
  localEntropyDescent: {
    rates: [0.5, 0.01, 2e-4],
    create: (rate, seed) =>
      subject(localEntropyDescent({ ...shared(rate, seed), inner: clipByGlobalNorm(50, momentum({ momentum: 0.5 })) })),
    random: true,
    floor: 1e-3,
  },
};

function shared(innerLearningRate: ScalarOrSchedule, seed: number) {
  return { innerLearningRate, innerSteps: 5, scope: 1e-3, noise: 1e-5, seed };
}

interface Problem {
  readonly name: string;
  readonly index: 0 | 1 | 2;
  readonly start: readonly number[];
  readonly minimum: readonly number[];
  readonly gradients: number;
  readonly tolerance: number;
  gradientInto(out: Vector, x: Vector): Vector;
}

const quadratic = (name: string, index: 0 | 1, curvatures: readonly number[], gradients: number): Problem => ({
  name,
  index,
  start: curvatures.map((_, i) => 3 - i),
  minimum: curvatures.map((_, i) => i - 1),
  gradients,
  tolerance: 1e-3,
  gradientInto(out, x) {
    for (let i = 0; i < x.length; i++) out[i] = curvatures[i] * (x[i] - (i - 1));
    return out;
  },
});

const problems: readonly Problem[] = [
  quadratic("quadratic", 0, [1, 0.7, 0.5, 0.4], 2_000),
  quadratic("ill-conditioned quadratic", 1, [100, 10, 1, 0.4], 10_000),
  {
    name: "Rosenbrock",
    index: 2,
    start: [-1.2, 1],
    minimum: [1, 1],
    gradients: 40_000,
    tolerance: 0.05,
    gradientInto(out, [x, y]) {
      out[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      out[1] = 200 * (y - x * x);
      return out;
    },
  },
];

function run(optimizer: Subject, state: State, problem: Problem, gradients: number): State {
  const gradient = optimizer.gradientPoint(state).slice();
  let next = state;
  for (let k = 0; k < gradients; k++) {
    next = optimizer.step(problem.gradientInto(gradient, optimizer.gradientPoint(next)), next);
  }
  return next;
}

const types = [Float32Array, Float64Array] as const;

test("every optimizer has a row", () => {
  const rows = Object.keys(table).map((row) => row.split(",")[0]);
  expect(rows).toEqual(expect.arrayContaining(optimizerNames.map((name) => optimizersByName[name].create.name)));
});

describe.each(Object.entries(table))("%s", (_name, { rates, create, random, floor, gradientsPerStep }) => {
  for (const problem of problems) {
    test.each(types)(`finds the minimum of the ${problem.name} in %o`, (Type) => {
      const optimizer = create(rates[problem.index], 1);
      const state = run(optimizer, optimizer.init(Type.from(problem.start)), problem, problem.gradients);
      const squares = Array.from(optimizer.evalPoint(state), (x, i) => (x - problem.minimum[i]) ** 2);
      expect(Math.sqrt(squares.reduce((a, b) => a + b))).toBeLessThan(problem.tolerance + floor);
    });
  }

  const [problem] = problems;

  test.each(types)("leaves its inputs untouched and keeps their type (%o)", (Type) => {
    const optimizer = create(rates[0], 1);
    const params = Type.from(problem.start);
    const gradient = Type.from([1, 2, 3, 4]);
    let state = optimizer.init(params);
    for (let k = 0; k < 12; k++) state = optimizer.step(gradient, state);
    expect([...params]).toEqual([...Type.from(problem.start)]);
    expect([...gradient]).toEqual([1, 2, 3, 4]);
    expect(optimizer.evalPoint(state)).toBeInstanceOf(Type);
    expect(optimizer.gradientPoint(state)).toBeInstanceOf(Type);
  });

  test("gives the same bits for the same seed, and others for another when it draws noise", () => {
    const [one, two, three] = [7, 7, 8].map((seed) => {
      const optimizer = create(rates[0], seed);
      return [...optimizer.evalPoint(run(optimizer, optimizer.init(Float32Array.from(problem.start)), problem, 30))];
    });
    expect(two).toEqual(one);
    if (random) expect(three).not.toEqual(one);
    else expect(three).toEqual(one);
  });

  test("a constant schedule gives the bits of the constant, a falling one gives others", () => {
    const [constant, schedule, cosine] = [
      rates[0],
      () => rates[0],
      cosineSchedule({ initial: rates[0], steps: 40 }),
    ].map((rate) => {
      const optimizer = create(rate, 1);
      return [...optimizer.evalPoint(run(optimizer, optimizer.init(Float64Array.from(problem.start)), problem, 30))];
    });
    expect(schedule).toEqual(constant);
    expect(cosine).not.toEqual(constant);
  });

  test("goes on with the same bits after saving and restoring at any inner step", () => {
    const whole = create(rates[0], 2);
    const expected = run(whole, whole.init(Float32Array.from(problem.start)), problem, 17);
    for (let at = 0; at <= 11; at++) {
      const before = create(rates[0], 2);
      const saved = serialise(run(before, before.init(Float32Array.from(problem.start)), problem, at));
      const after = create(rates[0], 2);
      const json = JSON.parse(JSON.stringify(saved.json));
      const restored = deserialise({ json, vectors: saved.vectors }, after.init(new Float32Array(4)));
      expect(run(after, restored, problem, 17 - at)).toEqual(expected);
    }
  });

  test("a clone goes its own way", () => {
    const optimizer = create(rates[0], 2);
    const state = run(optimizer, optimizer.init(Float64Array.from(problem.start)), problem, 3);
    const branch = clone(state);
    const copy = clone(state);
    run(optimizer, state, problem, 9);
    expect(branch).toEqual(copy);
    expect(run(optimizer, branch, problem, 9)).toEqual(run(optimizer, copy, problem, 9));
  });

  test("ends an outer step after all of its gradients, not before", () => {
    const optimizer = create(rates[0], 2);
    const each = gradientsPerStep ?? optimizer.innerSteps;
    let state = optimizer.init(Float64Array.from(problem.start));
    for (let gradients = 1; gradients <= 3 * each; gradients++) {
      state = run(optimizer, state, problem, 1);
      const outerSteps = Math.floor(gradients / each);
      expect(progress(state)).toMatchObject({ gradients, outerSteps, innerStep: gradients % each });
    }
  });

  test("counts gradients and survives structuredClone", () => {
    const optimizer = create(rates[0], 2);
    const state = run(optimizer, optimizer.init(Float64Array.from(problem.start)), problem, 13);
    expect(progress(state).gradients).toBe(13);
    expect(progress(state).gradientNorm).toBeGreaterThan(0);
    expect(structuredClone(state)).toEqual(state);
  });
});
