import { expect, test } from "vitest";
import type { ObjectiveWith } from "../objective.ts";
import { lbfgs } from "./lbfgs.ts";

const rosenbrock: ObjectiveWith<"valueAndGradientAt"> = {
  valueAndGradientAt([x, y], out) {
    out.set([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]);
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  },
};

test("finds the minimum of Rosenbrock's valley, and the value never rises", async () => {
  const values: number[] = [];
  const options = { start: Float64Array.of(-1.2, 1), tolerance: 1e-8 };
  for (let maxSteps = 0; maxSteps < 60; maxSteps++)
    values.push((await lbfgs(rosenbrock, { ...options, maxSteps })).value);
  values.slice(1).forEach((value, k) => {
    expect(value).toBeLessThanOrEqual(values[k]);
  });
  const { point, converged, numGradients } = await lbfgs(rosenbrock, { ...options, maxSteps: 200 });
  expect(converged).toBe(true);
  expect(point[0]).toBeCloseTo(1, 8);
  expect(point[1]).toBeCloseTo(1, 8);
  expect(numGradients).toBeLessThan(100);
});

test("coordinates without a gradient stay where they are", async () => {
  const partial: ObjectiveWith<"valueAndGradientAt"> = {
    valueAndGradientAt([x], out) {
      out.set([2 * x, 0]);
      return x ** 2;
    },
  };
  const { point } = await lbfgs(partial, { start: Float64Array.of(3, 0), tolerance: 1e-10, maxSteps: 50 });
  expect(point[1]).toBe(0);
});

test("an exhausted line search is a result; a bad tolerance is an error", async () => {
  const lying: ObjectiveWith<"valueAndGradientAt"> = {
    valueAndGradientAt([x], out) {
      out[0] = -1;
      return x;
    },
  };
  expect(await lbfgs(lying, { start: Float64Array.of(0), tolerance: 1e-3, maxSteps: 5 })).toMatchObject({
    converged: false,
    value: 0,
  });
  await expect(lbfgs(lying, { start: Float64Array.of(0), tolerance: 0, maxSteps: 5 })).rejects.toThrow(
    "lbfgs: tolerance must be in (0, ∞), got 0",
  );
});
