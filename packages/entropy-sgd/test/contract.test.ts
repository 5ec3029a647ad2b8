/** The contract of every optimizer: checks of its arguments, and `progress` after gradients that are not finite. */
import { describe, expect, expectTypeOf, test } from "vitest";
import * as library from "../src/index.ts";
import {
  type AnyState,
  type Best,
  bestSoFar,
  defineOptimizer,
  entropySgd,
  type LocalEntropyState,
  type NamedOption,
  type OptimizerName,
  optimizerNames,
  optimizersByName,
  outerStep,
  presets,
  progress,
  type ScalarOrSchedule,
  type StateOf,
  sgd,
  type Vector,
  weightAveraging,
} from "../src/index.ts";

/** An optimizer as untyped JavaScript would call it. */
interface Untyped {
  readonly innerSteps: number;
  init(params: unknown): AnyState;
  step(gradient: unknown, state: AnyState): AnyState;
  gradientPoint(state: AnyState): Vector;
}

/** Where there is an inner loop, two gradients of one replica make an outer step. */
const fewGradients = { innerSteps: 2, replicas: 1 };

/** With a rate and what else it requires. */
function untyped(name: OptimizerName, learningRate: ScalarOrSchedule = 0.1): Untyped {
  const { create, options } = optimizersByName[name];
  const required = options.filter((option) => option.required).map((option) => [option.name, usable(option)]);
  const few = Object.entries(fewGradients).filter(([option]) => options.some(({ name: own }) => own === option));
  return create({ ...Object.fromEntries([...required, ...few]), learningRate }) as unknown as Untyped;
}

const usable = ({ kind }: NamedOption): number => (kind === "integer" ? 1 : 0.1);

describe.each(optimizerNames)("%s", (name) => {
  const label = optimizersByName[name].create.name;

  test("is exported with its defaults", () => {
    expect(library).toMatchObject({ [label]: optimizersByName[name].create, [`${label}Defaults`]: expect.anything() });
  });

  test("ends a step of its schedules after as many gradients as its row says, not before", () => {
    const { hasInnerLoop, gradientsPerStep } = optimizersByName[name];
    const optimizer = untyped(name);
    const each = gradientsPerStep(hasInnerLoop ? fewGradients : {});
    expect(optimizer.innerSteps).toBe(hasInnerLoop ? each : 1);
    let state = optimizer.init(new Float64Array(2));
    for (let gradients = 1; gradients <= 2 * each; gradients++) {
      state = optimizer.step(new Float64Array([1, 2]), state);
      expect(progress(state).outerSteps).toBe(Math.floor(gradients / each));
    }
  });

  test.each([
    [[1, 2, 3], "an array of 3"],
    [new Int32Array(3), "an Int32Array of 3"],
    [undefined, "undefined"],
    [5, "5"],
  ])("begins with a typed array only: %o", (params, got) => {
    expect(() => untyped(name).init(params)).toThrow(
      new TypeError(`${label}: params must be a Float32Array or a Float64Array, got ${got}`),
    );
  });

  test.each([
    [Promise.resolve(new Float32Array(3)), TypeError, "a promise (await it first)"],
    [[1, 2, 3], TypeError, "an array of 3"],
    [new Float64Array(3), TypeError, "a Float64Array of 3"],
    [undefined, TypeError, "undefined"],
    [null, TypeError, "null"],
    [new Float32Array(2), RangeError, "a Float32Array of 2"],
    [new Float32Array(4), RangeError, "a Float32Array of 4"],
  ] as const)("takes a gradient of the type and length of its point only: %o", (gradient, error, got) => {
    const optimizer = untyped(name);
    const state = optimizer.init(new Float32Array(3));
    const before = structuredClone(state);
    expect(() => optimizer.step(gradient, state)).toThrow(
      new error(`${label}: gradient must be a Float32Array of 3 elements, got ${got}`),
    );
    expect(state).toEqual(before);
  });

  test.each([Number.NaN, Number.NEGATIVE_INFINITY])(
    "reports a gradient that is not finite by `progress`: %d",
    (bad) => {
      const optimizer = untyped(name);
      let state = optimizer.step(new Float32Array([1, 2]), optimizer.init(new Float32Array(2)));
      expect(progress(state).finite).toBe(true);
      // Wherever it comes in an inner loop, the outer step finds it.
      state = optimizer.step(new Float32Array([bad, 0]), state);
      for (let k = 0; k < 3; k++) state = optimizer.step(optimizer.gradientPoint(state).slice(), state);
      expect(progress(state).finite).toBe(false);
    },
  );

  test.each([
    [Number.NaN, "NaN"],
    [-1, "-1"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    ["0.1", '"0.1"'],
    [undefined, "undefined"],
  ])("refuses a schedule that gives %o, at the step where it does", (bad, got) => {
    const at = 2;
    const optimizer = untyped(name, ((t: number) => (t === at ? bad : 0.1)) as ScalarOrSchedule);
    let state = optimizer.init(new Float32Array(2));
    const message = `${label}: learningRate must be in [0, ∞) at every step, its schedule gave ${got} at step ${at}`;
    expect(() => {
      for (let k = 0; k < 6; k++) state = optimizer.step(new Float32Array(2), state);
    }).toThrow(message);
    expect(progress(state).outerSteps).toBe(at);
  });
});

test("every schedule among the options is checked when it is read", () => {
  const gives = (name: string, options: object) => () => {
    const optimizer = entropySgd({ scope: 0, ...options, [name]: () => -1 });
    optimizer.step(new Float64Array(1), optimizer.init(new Float64Array(1)));
  };
  for (const name of ["scope", "innerLearningRate", "temperature", "learningRate"]) {
    expect(gives(name, {})).toThrow(
      `entropySgd: ${name} must be in [0, ∞) at every step, its schedule gave -1 at step 0`,
    );
  }
});

describe("types follow the vector", () => {
  const gradientAt = (x: Float32Array): Float32Array => x.map((value) => 3 * (value - 2));

  test("of the parameters through states and points", () => {
    const optimizer = entropySgd({ scope: 0.1, innerSteps: 2 });
    let state = optimizer.init(new Float32Array([1, 2]));
    expectTypeOf(state).toExtend<StateOf<LocalEntropyState, Float32Array>>();
    expectTypeOf(optimizer.evalPoint(state)).toExtend<Float32Array>();
    expectTypeOf(optimizer.gradientPoint(state)).toExtend<Float32Array>();
    // A function of Float32Array is taken as it is, by outerStep and in a loop by hand.
    state = outerStep(optimizer, state, gradientAt);
    state = optimizer.step(gradientAt(optimizer.gradientPoint(state)), state);
    expectTypeOf(outerStep(optimizer, state, async (x) => gradientAt(x))).resolves.toEqualTypeOf(state);
    const doubles = sgd({ learningRate: 1 });
    const other = doubles.init(new Float64Array(1));
    expectTypeOf(doubles.evalPoint(other)).toExtend<Float64Array>();
    // @ts-expect-error: a gradient of Float32Array is not one of Float64Array
    void (() => outerStep(doubles, other, gradientAt));
    // Where the type was lost, it is that of any vector.
    const forgotten: LocalEntropyState = state;
    expectTypeOf(optimizer.evalPoint(forgotten)).toEqualTypeOf<Vector>();
  });
});

describe("outerStep with promises has the bits of the synchronous one", () => {
  const gradientAt = (x: Float32Array): Float32Array => x.map((value, i) => (i + 1) * value - Math.sin(value));

  test.each(Object.keys(presets) as (keyof typeof presets)[])("preset %s, from any inner step", async (preset) => {
    const optimizer = entropySgd({ ...presets[preset], scope: 0.1, innerSteps: 5, noise: 0.1, seed: 4 });
    for (const before of [0, 2]) {
      const start = () => {
        let state = optimizer.init(new Float32Array([1, -2, 3]));
        for (let k = 0; k < before; k++) state = optimizer.step(gradientAt(optimizer.gradientPoint(state)), state);
        return state;
      };
      let [one, two] = [start(), start()];
      for (let t = 0; t < 3; t++) {
        one = outerStep(optimizer, one, gradientAt);
        two = await outerStep(optimizer, two, async (x) => gradientAt(x));
      }
      expect(two).toEqual(one);
      expect(progress(two)).toMatchObject({ innerStep: 0, outerSteps: 3, gradients: 15 });
    }
  });

  test("a promise that fails is the caller's error", async () => {
    const optimizer = sgd({ learningRate: 1 });
    const failing = () =>
      outerStep(optimizer, optimizer.init(new Float32Array(1)), () => Promise.reject(new Error("no")));
    await expect(failing()).rejects.toThrow("no");
  });
});

test("bestSoFar keeps a copy of the point with the lowest value", () => {
  const point = new Float32Array([1]);
  let best: Best<Float32Array> | null = bestSoFar<Float32Array>(null, Number.NaN, point);
  expect(best).toBeNull();
  for (const [value, x] of [
    [3, 10],
    [Number.NaN, 11],
    [2, 12],
    [2, 13],
    [5, 14],
  ] as const) {
    point[0] = x;
    best = bestSoFar(best, value, point);
  }
  point[0] = 99;
  expect(best).toEqual({ value: 2, params: new Float32Array([12]) });
});

describe("arguments of another type throw one-line errors", () => {
  const none = JSON.parse("null");
  const optimizer = sgd({ learningRate: 1 });
  const point = new Float32Array(1);
  test.each<[string, () => unknown, string]>([
    [
      "a sparse list of groups",
      () => sgd({ learningRate: 1, groups: new Array(1) }),
      "sgd: groups[0]: options must be an object",
    ],
    [
      "no optimizer",
      () => weightAveraging(none, { averageFrom: 0, averageEvery: 1 }),
      "weightAveraging: optimizer must have",
    ],
    ["no definition", () => defineOptimizer("x", none), "defineOptimizer: definition must have the functions init,"],
    [
      "no function",
      () => outerStep(optimizer, optimizer.init(point), none),
      "outerStep: gradientAt must be a function, got null",
    ],
    [
      "an undefined best",
      () => bestSoFar(JSON.parse("{}"), 1, point),
      "bestSoFar: previous must be null or a former result",
    ],
    ["a text as value", () => bestSoFar(null, JSON.parse('"1"'), point), 'bestSoFar: value must be a number, got "1"'],
    [
      "a plain array",
      () => bestSoFar(null, 1, JSON.parse("[1]")),
      "bestSoFar: params must be a Float32Array or a Float64Array",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
