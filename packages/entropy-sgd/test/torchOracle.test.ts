/**
 * Trajectories of PyTorch (float64) against ours after 1, 10 and 100 steps; the script that made them is
 * oracle/makeTrajectories.py, the versions and seeds are in the fixture.
 */
import { describe, expect, test } from "vitest";
import {
  type Adaptive,
  adam,
  adamw,
  entropySgd,
  geometricScope,
  type Optimizer,
  outerStep,
  type PresetName,
  type Progress,
  presets,
  sgd,
  type Vector,
} from "../src/index.ts";
import { normalInto, randomKey } from "../src/random.ts";
import normals from "./fixtures/normals.json" with { type: "json" };
import trajectories from "./fixtures/torchTrajectories.json" with { type: "json" };

type Points = Readonly<Record<"1" | "10" | "100", readonly number[]>>;

interface EntropyCase {
  readonly preset: PresetName;
  readonly adaptive: Adaptive;
  readonly learningRate: number;
  readonly innerLearningRate: number;
  readonly innerSteps: number;
  readonly weightDecay: number;
  readonly noise: number;
  readonly scope0: number;
  readonly scope1: number;
  readonly points: Points;
}

interface Fixture {
  readonly torch: string;
  readonly seed: number;
  readonly normalsSeed: number;
  readonly curvature: readonly number[];
  readonly centre: readonly number[];
  readonly start: readonly number[];
  readonly descents: readonly {
    readonly optimizer: "sgd" | "adam" | "adamw";
    readonly options: { readonly learningRate: number };
    readonly points: Points;
  }[];
  readonly entropies: readonly EntropyCase[];
}

// The fixtures are ours; their shape is what the script writes.
const fixture = trajectories as Fixture;

const gradientAt = (x: Vector): Vector =>
  x.map((value, i) => fixture.curvature[i] * (value - fixture.centre[i]) + 0.3 * Math.sin(value));

/**
 * Both sides compute in float64 with different orders of operations: at most 500 gradients, 30 roundings each of numbers
 * below 8, which contracting dynamics (curvatures above 0.1) do not amplify beyond the momentum's 1/(1 − 0.9) in each loop.
 * Adam divides by √v̂ and can amplify by the ratio of a weight to its gradient, at most about 100 here.
 */
const tolerance = (adaptive: boolean): number => 500 * 30 * 8 * 2 ** -53 * (adaptive ? 100 : 10);

function compare<S extends { readonly progress: Progress }>(optimizer: Optimizer<S>, points: Points, bound: number) {
  let state = optimizer.init(new Float64Array(fixture.start));
  for (let step = 1; step <= 100; step++) {
    state = outerStep(optimizer, state, gradientAt);
    if (step !== 1 && step !== 10 && step !== 100) continue;
    const expected = points[`${step}`];
    optimizer.evalPoint(state).forEach((x, i) => {
      expect(Math.abs(x - expected[i]), `step ${step}, weight ${i}`).toBeLessThanOrEqual(bound);
    });
  }
}

test("the fixture tells its origin and was made with the library's own normals", () => {
  expect(fixture).toMatchObject({ torch: expect.stringMatching(/^\d/), seed: expect.any(Number) });
  expect(fixture.normalsSeed).toBe(normals.seed);
  const own = normals.values.map((_, step) => {
    const out = new Float64Array(fixture.start.length);
    normalInto(out, { key: randomKey(normals.seed, "langevin"), stream: 0, step });
    return [...out];
  });
  expect(own).toEqual(normals.values);
});

describe.each(fixture.descents)("$optimizer $options", ({ optimizer, options, points }) => {
  test("follows torch.optim", () => {
    compare({ sgd, adam, adamw }[optimizer](options), points, tolerance(optimizer !== "sgd"));
  });
});

describe.each(fixture.entropies)(
  "$preset, adaptive $adaptive, weight decay $weightDecay, noise $noise",
  ({ preset, adaptive, points, scope0, scope1, ...rest }) => {
    test("follows the equations in torch", () => {
      const optimizer = entropySgd({
        ...presets[preset],
        ...rest,
        adaptive,
        scope: geometricScope(scope0, scope1),
        seed: normals.seed,
      });
      compare(optimizer, points, tolerance(adaptive !== "none"));
    });
  },
);
