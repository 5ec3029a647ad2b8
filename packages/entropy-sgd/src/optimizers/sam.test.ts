import { expect, test } from "vitest";
import { adamScaling } from "../directions/adamScaling.ts";
import { progress } from "../state/progress.ts";
import { gradientDescent } from "./gradientDescent.ts";
import { sam } from "./sam.ts";

test("two steps by hand: ascent along the gradient, descent with the second one, both on one batch", () => {
  // f = ½(3x² + 4y²) from (1, 1): ∇f = (3, 4), norm 5, ρ = 0.5: e = (0.3, 0.4); ∇f(x + e) = (3.9, 5.6).
  const optimizer = sam({ learningRate: 0.1, radius: 0.5, momentum: 0.5, weightDecay: 1 });
  const told = (x: number, y: number) => new Float64Array([x, y]);
  let state = optimizer.init(told(1, 1));
  expect(optimizer.needsNewBatch?.(state)).toBe(true);
  state = optimizer.step(told(3, 4), state);
  expect([...optimizer.gradientPoint(state)]).toEqual([1.3, 1.4]);
  expect([...optimizer.evalPoint(state)]).toEqual([1, 1]);
  expect(optimizer.needsNewBatch?.(state)).toBe(false);
  // v = ∇f(x + e) + x = (4.9, 6.6); x = (1, 1) − 0.1·v = (0.51, 0.34).
  state = optimizer.step(told(3.9, 5.6), state);
  expect(optimizer.evalPoint(state)[0]).toBeCloseTo(0.51, 14);
  expect(optimizer.evalPoint(state)[1]).toBeCloseTo(0.34, 14);
  expect(optimizer.needsNewBatch?.(state)).toBe(true);
  // A vanishing gradient has no direction of ascent: e = 0. v = ½·(4.9, 6.6) + (1, 0) + x = (3.96, 3.64).
  state = optimizer.step(told(0, 0), state);
  expect([...optimizer.gradientPoint(state)]).toEqual([...optimizer.evalPoint(state)]);
  state = optimizer.step(told(1, 0), state);
  expect(optimizer.evalPoint(state)[0]).toBeCloseTo(0.51 - 0.396, 14);
  expect(optimizer.evalPoint(state)[1]).toBeCloseTo(0.34 - 0.364, 14);
  expect(progress(state)).toMatchObject({ gradients: 4, outerSteps: 2, innerStep: 0 });
  expect(progress(state)).not.toHaveProperty("scope");
});

test("the ascent leaves frozen ranges where they are and has length ρ in the others", () => {
  const optimizer = sam({ learningRate: 0.1, radius: 2, groups: [{ start: 1, end: 2, frozen: true }] });
  const state = optimizer.step(new Float64Array([3, 100, 4]), optimizer.init(new Float64Array(3)));
  expect([...optimizer.gradientPoint(state)].map((x) => Math.round(x * 1e12) / 1e12)).toEqual([1.2, 0, 1.6]);
});

test("takes any direction: it moves as descent along that direction, fed with the second gradients", () => {
  const own = sam({
    learningRate: 0.1,
    radius: 0.5,
    momentum: 0.9,
    direction: adamScaling({ beta1: 0.5 }),
    weightDecay: 0.1,
  });
  const adam = gradientDescent({ learningRate: 0.1, direction: adamScaling({ beta1: 0.5 }), weightDecay: 0.1 });
  let [state, expected] = [own.init(new Float64Array([1, -2])), adam.init(new Float64Array([1, -2]))];
  for (const k of [1, 2, 3]) {
    const second = new Float64Array([k, -k * k]);
    state = own.step(second, own.step(new Float64Array([3, 4]), state));
    expected = adam.step(second, expected);
    expect(own.evalPoint(state)).toEqual(adam.evalPoint(expected));
  }
  expect(() => sam({ learningRate: 1, direction: 3 as never })).toThrow(
    new TypeError("sam: direction must be a direction (init, stepInto) or null, got 3"),
  );
});
