import { describe, expect, test } from "vitest";
import { deserialise, distanceScope, entropySgd, outerStep, progress, serialise } from "../index.ts";
import type { OuterMeasurement } from "../types.ts";

const measured: OuterMeasurement = {
  distance: 1,
  weightNorm: 100,
  localEntropyGradientNorm: 0,
  gradientNorm: 1,
  innerLearningRate: 0.1,
};

/** ‖x' − x‖ / ‖x‖ after an inner loop on f = ½a‖x‖². */
const shareOn = (a: number, scope: number, rate: number, steps: number): number =>
  (a / (a + scope)) * (1 - (1 - rate * (a + scope)) ** steps);

/** The scope of that share, by bisection: it falls with the scope. */
function scopeOf(share: number, a: number, rate: number, steps: number): number {
  let [low, high] = [0, 1 / rate];
  for (let k = 0; k < 100; k++) {
    const middle = (low + high) / 2;
    [low, high] = shareOn(a, middle, rate, steps) > share ? [middle, high] : [low, middle];
  }
  return low;
}

describe("the rule", () => {
  const { next, initial, options } = distanceScope(0.01, 2);

  test("by hand: the square root of measured share over asked share, at most a factor of 2", () => {
    expect([initial, options]).toEqual([2, { share: 0.01, initial: 2 }]);
    // 1 of 100 is the share that is asked for.
    expect(next(3, measured)).toBe(3);
    // 2.25 times too far: √2.25 = 1.5.
    expect(next(3, { ...measured, distance: 2.25 })).toBe(4.5);
    expect(next(3, { ...measured, distance: 0.25 })).toBe(1.5);
    expect([next(3, { ...measured, distance: 50 }), next(3, { ...measured, distance: 0 })]).toEqual([6, 1.5]);
  });

  test("is held where η'γ lies between 1e-9 and 1", () => {
    expect(next(9, { ...measured, distance: 50 })).toBe(10);
    expect(next(1e-8, { ...measured, distance: 0 })).toBe(1e-8);
  });

  test("keeps the scope where no share was measured", () => {
    expect(next(3, { ...measured, weightNorm: 0 })).toBe(3);
    expect(next(3, { ...measured, distance: Number.NaN })).toBe(3);
    expect(next(3, { ...measured, weightNorm: Number.NaN })).toBe(3);
  });

  test.each([
    [0, 1, "distanceScope: share must be in (0, ∞), got 0"],
    [0.1, Number.NaN, "distanceScope: initial must be in (0, ∞), got NaN"],
    [0.1, 0, "distanceScope: initial must be in (0, ∞), got 0"],
  ])("refuses share %d, initial %d", (share, first, message) => {
    expect(() => distanceScope(share, first)).toThrow(message);
  });
});

describe("on a quadratic, where the answer is known", () => {
  const rate = 0.05;

  test.each([
    { a: 1, steps: 20, share: 0.3, initial: 1e-3 },
    { a: 1, steps: 200, share: 0.1, initial: 20 },
    { a: 4, steps: 5, share: 0.5, initial: 1 },
  ])("settles at the scope of the share %o", ({ a, steps, share, initial }) => {
    const scope = distanceScope(share, initial);
    const plain = { momentum: 0, noise: 0, innerSteps: steps, innerLearningRate: rate, learningRate: 0.01 };
    const optimizer = entropySgd({ ...plain, scope });
    const expected = scopeOf(share, a, rate, steps);
    let state = optimizer.init(new Float64Array([3, -4, 1e-3]));
    let error = Math.log(initial / expected);
    for (let t = 0; t < 120; t++) {
      state = outerStep(optimizer, state, (x) => x.map((value) => a * value));
      const left = Math.log(state.measuredScope! / expected);
      // Monotone: never past the answer, never away from it.
      expect(left * Math.sign(error)).toBeGreaterThan(-1e-9);
      expect(Math.abs(left)).toBeLessThan(Math.abs(error) + 1e-9);
      error = left;
    }
    expect(Math.abs(error)).toBeLessThan(1e-6);
    const { distance } = progress(state);
    expect(distance! / Math.hypot(...optimizer.evalPoint(state))).toBeCloseTo(
      share / (1 - 0.01 * meanShare(a, expected, rate, steps)),
      6,
    );
  });

  test("scoping: false keeps the first value", () => {
    const optimizer = entropySgd({ scope: distanceScope(0.1, 3), scoping: false, innerSteps: 2 });
    let state = optimizer.init(new Float64Array([1, 2]));
    for (let t = 0; t < 3; t++) state = outerStep(optimizer, state, (x) => x.slice());
    expect(progress(state).scope).toBe(3);
  });
});

/** ‖x − μ‖ / ‖x‖ at the end of that inner loop, μ the average with weight ¾ of the new sample. */
function meanShare(a: number, scope: number, rate: number, steps: number): number {
  let mean = 0;
  for (let k = 1; k <= steps; k++) mean = 0.25 * mean + 0.75 * shareOn(a, scope, rate, k);
  return mean;
}

test("a saved state goes on only under the same share", () => {
  const make = (share: number) => entropySgd({ scope: distanceScope(share, 1), innerSteps: 2 });
  const optimizer = make(0.1);
  const state = outerStep(optimizer, optimizer.init(new Float64Array([1, 2])), (x) => x.slice());
  const saved = serialise(state);
  const template = make(0.1).init(new Float64Array(2));
  expect(deserialise(saved, template).measuredScope).toBe(state.measuredScope);
  expect(() => deserialise(saved, make(0.2).init(new Float64Array(2)))).toThrow("option scope must be");
  expect(() => deserialise(saved, entropySgd({ scope: 1, innerSteps: 2 }).init(new Float64Array(2)))).toThrow(
    "deserialise: option scope must be",
  );
});

test("a measured schedule of the caller's own is checked where it gives a value", () => {
  const own = (value: unknown) => ({ name: "own", options: null, initial: 1, next: () => value as number });
  const optimizer = entropySgd({ scope: own(Number.NaN), innerSteps: 1 });
  expect(() => optimizer.step(new Float64Array(1), optimizer.init(new Float64Array(1)))).toThrow(
    "entropySgd: scope must be in [0, ∞) at every step, its schedule gave NaN after 1",
  );
  expect(() => entropySgd({ scope: { ...own(1), initial: -1 } })).toThrow("entropySgd: scope must be in [0, ∞)");
  const rate = { name: "own", options: null, initial: 1, next: () => 1 };
  // @ts-expect-error: only the scope may follow measurements
  expect(() => entropySgd({ scope: 1, learningRate: rate })).toThrow("entropySgd: learningRate must be");
});
