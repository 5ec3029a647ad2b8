import { describe, expect, test } from "vitest";
import {
  adam,
  adamScaling,
  adamw,
  annealedSchedule,
  clipByGlobalNorm,
  constantSchedule,
  cosineSchedule,
  deserialise,
  detailsOf,
  elasticSgd,
  entropyAdam,
  entropySgd,
  exponentialSchedule,
  geometricScope,
  gradientDescent,
  localEntropyDescent,
  momentum,
  optimizerNames,
  optimizersByName,
  parle,
  parleReplica,
  polynomialSchedule,
  presets,
  sam,
  serialise,
  sgd,
  sgld,
  stepSchedule,
  swa,
} from "../src/index.ts";
import { finiteDifferenceHessian, pairedDifference, unpairedDifference } from "../src/landscape.ts";

type Bad = readonly [options: Readonly<Record<string, unknown>>, error: "TypeError" | "RangeError", message: string];

/** Calls a factory as untyped JavaScript would. */
function call(factory: (options: never) => unknown, options: unknown): unknown {
  return factory(options as never);
}

function expectError(run: () => unknown, error: string, message: string): void {
  let caught: unknown;
  try {
    run();
  } catch (thrown) {
    caught = thrown;
  }
  expect(caught).toBeInstanceOf(Error);
  expect(caught).toMatchObject({ name: error, message });
  const { code, path, name, rule, value } = detailsOf(caught)!;
  const unknown = `unknown option ${JSON.stringify(name)};`;
  expect(error === "TypeError" ? ["wrong-type", "unknown-option"] : ["out-of-range"]).toContain(code);
  expect(message.startsWith(`${path}: ${code === "unknown-option" ? unknown : name} ${rule}`)).toBe(true);
  expect(value === undefined || message.includes(", got ")).toBe(true);
}

const scope = 0.1;
const rates: readonly Bad[] = [
  [{ learningRate: 0 }, "RangeError", "learningRate must be in (0, ∞) or a schedule, got 0"],
  [{ learningRate: -1 }, "RangeError", "learningRate must be in (0, ∞) or a schedule, got -1"],
  [{ learningRate: Number.NaN }, "RangeError", "learningRate must be in (0, ∞) or a schedule, got NaN"],
  [{ learningRate: "1" }, "TypeError", 'learningRate must be in (0, ∞) or a schedule, got "1"'],
  [{ learningRate: undefined }, "TypeError", "learningRate must be in (0, ∞) or a schedule, got undefined"],
  [{ weightDecay: -0.1 }, "RangeError", "weightDecay must be in [0, ∞), got -0.1"],
  [{ weightDecay: Number.POSITIVE_INFINITY }, "RangeError", "weightDecay must be in [0, ∞), got Infinity"],
  [{ clipNorm: 0 }, "RangeError", "clipNorm must be in (0, ∞) or null, got 0"],
  [{ groups: { start: 0 } }, "TypeError", "groups must be an array of parameter groups, got an object"],
  [{ groups: [{ start: 1, end: 1 }] }, "RangeError", "groups[0].end must be above start 1, got 1"],
  [{ groups: [{ start: -1, end: 1 }] }, "RangeError", "groups[0].start must be an integer in [0, ∞), got -1"],
  [{ groups: [{ end: 1 }] }, "TypeError", "groups[0].start is required and must be an integer in [0, ∞)"],
  [
    {
      groups: [
        { start: 0, end: 1 },
        { start: 0, end: 1, frozen: 1 },
      ],
    },
    "TypeError",
    "groups[1].frozen must be true or false, got 1",
  ],
];
const everyGradient: Bad = [
  { gradientNormEvery: 0 },
  "RangeError",
  "gradientNormEvery must be an integer in [1, ∞), got 0",
];
const inner: Bad = [{ momentum: 1 }, "RangeError", "momentum must be in [0, 1), got 1"];
const moments: readonly Bad[] = [
  [{ beta1: 1 }, "RangeError", "beta1 must be in [0, 1), got 1"],
  [{ beta2: -0.5 }, "RangeError", "beta2 must be in [0, 1), got -0.5"],
  [{ epsilon: 0 }, "RangeError", "epsilon must be in (0, ∞), got 0"],
];
const noises: readonly Bad[] = [
  [{ noise: -1 }, "RangeError", "noise must be in [0, ∞), got -1"],
  [{ noise: () => 1 }, "TypeError", "noise must be in [0, ∞), got a function"],
  [{ noiseForm: "lua" }, "RangeError", 'noiseForm must be one of "paper", "code", got "lua"'],
  [{ noiseForm: 1 }, "TypeError", 'noiseForm must be one of "paper", "code", got 1'],
  [{ temperature: -1 }, "RangeError", "temperature must be in [0, ∞) or a schedule or null, got -1"],
  [{ seed: 1.5 }, "RangeError", "seed must be an integer in [0, 9007199254740991], got 1.5"],
  [{ seed: 2 ** 53 }, "RangeError", "seed must be an integer in [0, 9007199254740991], got 9007199254740992"],
];
const entropy: readonly Bad[] = [
  ...rates.filter(([options]) => !("clipNorm" in options)),
  ...noises,
  [{ averaging: 1.5 }, "RangeError", "averaging must be in (0, 1], got 1.5"],
  [{ averaging: 0 }, "RangeError", "averaging must be in (0, 1], got 0"],
  [{ averaging: null }, "TypeError", "averaging must be in (0, 1], got null"],
  [{ innerSteps: 0 }, "RangeError", "innerSteps must be an integer in [1, ∞), got 0"],
  [{ innerSteps: 2.5 }, "RangeError", "innerSteps must be an integer in [1, ∞), got 2.5"],
  [{ innerLearningRate: -1 }, "RangeError", "innerLearningRate must be in (0, ∞) or a schedule, got -1"],
  [{ scope: -1 }, "RangeError", "scope must be in [0, ∞) or a schedule, got -1"],
  [{ scopeStart: 2 }, "RangeError", "scopeStart must be an integer in [0, 1], got 2"],
  [{ scoping: "no" }, "TypeError", 'scoping must be true or false, got "no"'],
  [{ scaleByScope: 1 }, "TypeError", "scaleByScope must be true or false, got 1"],
  [{ outerWeightDecay: [] }, "TypeError", "outerWeightDecay must be true or false, got an array of 0"],
  [{ forcePlacement: "in" }, "RangeError", 'forcePlacement must be one of "inside", "outside", got "in"'],
  [{ weightDecayPlacement: "in" }, "RangeError", 'weightDecayPlacement must be one of "inside", "outside", got "in"'],
];
const entropyForm: readonly Bad[] = [
  ...entropy,
  ...moments,
  inner,
  [{ outerMomentum: 1 }, "RangeError", "outerMomentum must be in [0, 1), got 1"],
  [{ clipNorm: -1 }, "RangeError", "clipNorm must be in (0, ∞) or null, got -1"],
  [{ adaptive: "all" }, "RangeError", 'adaptive must be one of "none", "outer", "inner", "both", got "all"'],
];
const replicaForm: readonly Bad[] = [
  ...entropy,
  inner,
  [{ outerMomentum: 1 }, "RangeError", "outerMomentum must be in [0, 1), got 1"],
  [{ coupling: -1 }, "RangeError", "coupling must be in [0, ∞) or a schedule, got -1"],
];
const noReplicas: Bad = [{ replicas: 0 }, "RangeError", "replicas must be an integer in [1, ∞), got 0"];
const direction = momentum();
const subjects: readonly {
  readonly name: string;
  readonly factory: (options: never) => unknown;
  readonly base: object;
  readonly bad: readonly Bad[];
}[] = [
  { name: "sgd", factory: sgd, base: { learningRate: 1 }, bad: [...rates, inner, everyGradient] },
  { name: "adam", factory: adam, base: {}, bad: [...rates, ...moments, everyGradient] },
  { name: "adamw", factory: adamw, base: {}, bad: [...rates, ...moments, everyGradient] },
  {
    name: "sam",
    factory: sam,
    base: { learningRate: 1 },
    bad: [
      ...rates.filter(([options]) => !("clipNorm" in options)),
      inner,
      [{ radius: 0 }, "RangeError", "radius must be in (0, ∞), got 0"],
    ],
  },
  {
    name: "swa",
    factory: swa,
    base: { learningRate: 1, averageFrom: 0, averageEvery: 1 },
    bad: [
      ...rates,
      inner,
      [{ averageFrom: -1 }, "RangeError", "averageFrom must be an integer in [0, ∞), got -1"],
      [{ averageEvery: 0 }, "RangeError", "averageEvery must be an integer in [1, ∞), got 0"],
    ],
  },
  {
    name: "sgld",
    factory: sgld,
    base: { learningRate: 1 },
    bad: [
      ...rates,
      ...noises,
      everyGradient,
      [{ annealing: -1 }, "RangeError", "annealing must be in [0, ∞), got -1"],
      [{ annealingPeriod: 0 }, "RangeError", "annealingPeriod must be in (0, ∞), got 0"],
    ],
  },
  {
    name: "gradientDescent",
    factory: gradientDescent,
    base: { direction, learningRate: 1 },
    bad: [
      ...rates.filter(([options]) => !("clipNorm" in options)),
      ...noises,
      everyGradient,
      [{ direction: {} }, "TypeError", "direction must be a direction (init, stepInto), got an object"],
    ],
  },
  { name: "parle", factory: parle, base: { scope }, bad: [...replicaForm, noReplicas] },
  {
    name: "parleReplica",
    factory: parleReplica,
    base: { scope },
    bad: [...replicaForm, [{ replica: -1 }, "RangeError", "replica must be an integer in [0, ∞), got -1"]],
  },
  {
    name: "elasticSgd",
    factory: elasticSgd,
    base: { learningRate: 1 },
    bad: [
      ...rates.filter(([options]) => !("clipNorm" in options)),
      inner,
      noReplicas,
      [{ coupling: 1.5 }, "RangeError", "coupling must be in [0, 1] or a schedule, got 1.5"],
    ],
  },
  { name: "entropySgd", factory: entropySgd, base: { scope }, bad: entropyForm },
  { name: "entropyAdam", factory: entropyAdam, base: { scope }, bad: entropyForm },
  {
    name: "localEntropyDescent",
    factory: localEntropyDescent,
    base: { scope },
    bad: [...entropy, [{ inner: 1 }, "TypeError", "inner must be a direction (init, stepInto), got 1"]],
  },
];

describe.each(subjects)("$name", ({ name, factory, base, bad }) => {
  test("takes good options", () => {
    expect(() => call(factory, base)).not.toThrow();
  });

  test.each(bad)("rejects %o with a %s: %s", (options, error, message) => {
    expectError(() => call(factory, { ...base, ...options }), error, `${name}: ${message}`);
  });

  test("rejects unknown names and lists the known ones", () => {
    expect(() => call(factory, { ...base, averagin: 1 })).toThrow(
      new RegExp(`^${name}: unknown option "averagin"; the options are .*learningRate.*groups`),
    );
  });

  test("rejects what is not an object", () => {
    expectError(() => call(factory, null), "TypeError", `${name}: options must be an object, got null`);
  });

  test("rejects groups beyond the vector when it meets one", () => {
    const optimizer = call(factory, { ...base, groups: [{ start: 2, end: 5 }] });
    const init = (optimizer as { init(params: Float64Array): unknown }).init;
    expectError(
      () => init(new Float64Array(4)),
      "RangeError",
      `${name}: groups[0].end must be at most the number of parameters 4, got 5`,
    );
  });
});

test.each([
  [() => call(sgd, {}), "sgd: learningRate is required and must be in (0, ∞) or a schedule"],
  [() => call(entropySgd, {}), "entropySgd: scope is required and must be in [0, ∞) or a schedule"],
  [
    () => call(gradientDescent, { learningRate: 1 }),
    "gradientDescent: direction is required and must be a direction (init, stepInto)",
  ],
])("required options: %#", (run, message) => {
  expectError(run, "TypeError", message);
});

test.each([
  [() => momentum({ momentum: 1 }), "RangeError", "momentum: momentum must be in [0, 1), got 1"],
  [() => adamScaling({ beta1: 2 }), "RangeError", "adamScaling: beta1 must be in [0, 1), got 2"],
  [() => clipByGlobalNorm(0, momentum()), "RangeError", "clipByGlobalNorm: maxNorm must be in (0, ∞), got 0"],
  [() => geometricScope(-1, 0), "RangeError", "geometricScope: initial must be in [0, ∞), got -1"],
  [() => geometricScope(1, -1), "RangeError", "geometricScope: growth must be in (-1, ∞), got -1"],
  [() => constantSchedule(-1), "RangeError", "constantSchedule: value must be in [0, ∞), got -1"],
  [
    () => stepSchedule({ initial: 1, factor: 0.1, at: [2, 1] }),
    "RangeError",
    "stepSchedule: at must be an ascending array of finite steps ≥ 0, got [2, 1]",
  ],
  [
    () => call(stepSchedule, { initial: 1, factor: 0.1, at: [Number.NaN] }),
    "RangeError",
    "stepSchedule: at must be an ascending array of finite steps ≥ 0, got [NaN]",
  ],
  [
    () => call(stepSchedule, { initial: 1, factor: 0.1, at: ["5"] }),
    "RangeError",
    'stepSchedule: at must be an ascending array of finite steps ≥ 0, got ["5"]',
  ],
  [
    () => call(cosineSchedule, { initial: 1, steps: 1, finale: 0 }),
    "TypeError",
    'cosineSchedule: unknown option "finale"; the options are initial, final, steps',
  ],
  [
    () => serialise({}, { copied: false } as object),
    "TypeError",
    'serialise: unknown option "copied"; the options are copy',
  ],
  [
    () => deserialise(serialise({}), {}, { change: ["learningRate"] } as object),
    "TypeError",
    'deserialise: unknown option "change"; the options are changed',
  ],
  [
    () =>
      finiteDifferenceHessian({ valueAndGradientAt: () => 0 }, {
        params: new Float64Array(1),
        units: 2 ** -53,
      } as never),
    "TypeError",
    'finiteDifferenceHessian: unknown option "units"; the options are params, unit',
  ],
  [
    () => unpairedDifference([1, 2], [2, 4], { margins: 0.2 } as object),
    "TypeError",
    'unpairedDifference: unknown option "margins"; the options are margin, resolution',
  ],
  [
    () => pairedDifference([1, 2], [2, 4], { resolution: -1 }),
    "RangeError",
    "pairedDifference: resolution must be in [0, ∞), got -1",
  ],
  [
    () => stepSchedule({ initial: 1, factor: -1, at: [] }),
    "RangeError",
    "stepSchedule: factor must be in [0, ∞), got -1",
  ],
  [
    () => exponentialSchedule({ initial: Number.NaN, factor: 1 }),
    "RangeError",
    "exponentialSchedule: initial must be in [0, ∞), got NaN",
  ],
  [
    () => polynomialSchedule({ initial: 1, steps: 0 }),
    "RangeError",
    "polynomialSchedule: steps must be in (0, ∞), got 0",
  ],
  [() => cosineSchedule({ initial: 1, steps: -1 }), "RangeError", "cosineSchedule: steps must be in (0, ∞), got -1"],
  [
    () => annealedSchedule({ initial: 1, exponent: -1 }),
    "RangeError",
    "annealedSchedule: exponent must be in [0, ∞), got -1",
  ],
])("directions and schedules check their arguments: %#", (run, error, message) => {
  expectError(run, error, message);
});

describe("optimizersByName", () => {
  test("has rows of bad options above for each", () => {
    const names = subjects.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(optimizerNames.map((name) => optimizersByName[name].create.name)));
  });

  test.each(Object.entries(optimizersByName))(
    "%s: its options are JSON, defaults and presets pass its checks",
    (_, row) => {
      const { create, options, presets } = row;
      expect(JSON.parse(JSON.stringify(options))).toEqual(options);
      const values = options.map((option) => [
        option.name,
        option.required ? (option.kind === "integer" ? 1 : 0.5) : option.default,
      ]);
      for (const preset of [{}, ...Object.values(presets ?? {})]) {
        expect(() => create({ ...Object.fromEntries(values), ...preset })).not.toThrow();
      }
      for (const { doc, rule } of options) expect(`${doc}${rule}`).toMatch(/\w{4}.*\S/);
    },
  );

  test("has every switch of the presets under its own name", () => {
    const names = optimizersByName["entropy-sgd"].options.map(({ name }) => name);
    for (const preset of Object.values(presets)) {
      expect(names).toEqual(expect.arrayContaining(Object.keys(preset)));
      expect(() => entropySgd({ ...preset, scope })).not.toThrow();
    }
  });
});
