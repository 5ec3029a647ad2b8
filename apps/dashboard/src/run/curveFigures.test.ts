import type { EvaluationRow } from "entropy-sgd-lab";
import { expect, test } from "vitest";
import { chartKey, within, zoomedBy } from "../charts/chartKeys.ts";
import type { CurveData } from "../live/curveData.ts";
import { evaluationFigures, extentOf, stepFigures } from "./curveFigures.ts";

const data = (x: number[], scope: number | null): CurveData => {
  const all = (value: number | null) => x.map(() => value);
  return {
    axis: "gradients",
    x,
    gradients: x,
    columns: {
      batchLoss: x,
      learningRate: all(1),
      scope: all(scope),
      distance: all(scope),
      localEntropyGradientNorm: all(scope),
      gradientNorm: all(2),
    },
  };
};

const evaluation: EvaluationRow = {
  gradients: 12,
  effectiveEpochs: 1,
  seconds: 3,
  validationLoss: null,
  testLoss: 0.5,
  validation: null,
  test: 0.25,
};

test("an optimizer without an inner loop has no figures of one", () => {
  const titles = (scope: number | null) => stepFigures(data([1, 2], scope), null).map(({ title }) => title);
  expect(titles(null)).toEqual(["Batch loss", "Learning rate"]);
  expect(titles(1e-3)).toEqual(["Batch loss", "Learning rate", "Force and gradient", "Distance", "Scope"]);
});

test("a running mean stands before the values themselves, for what is measured alone", () => {
  const [loss, rate] = stepFigures(data([1, 3], 1), data([2, 3], 1));
  expect(loss!.x).toEqual([1, 2, 3]);
  expect(loss!.lines.map(({ label, look, values }) => [label, look, values])).toEqual([
    ["batch loss", "faint", [1, null, 3]],
    ["batch loss, running mean", undefined, [null, 2, 3]],
  ]);
  expect(rate!.lines.map(({ label }) => label)).toEqual(["learning rate"]);
});

test("evaluations are drawn against the axis in the metric's unit; splits without values have no line", () => {
  const [metric] = evaluationFigures([evaluation], "seconds", "error, %", 100);
  expect(metric).toMatchObject({ title: "Error, %", x: [3], lines: [{ label: "test", values: [25] }] });
  expect(extentOf("epochs", null, data([], null), [evaluation])).toEqual([0, 1]);
  expect(extentOf("gradients", [5, 10], data([5, 20], null), [evaluation])).toEqual([0, 20]);
});

test("keys move, zoom and show all, but not with a modifier", () => {
  const key = (name: string, more = {}) => chartKey({ key: name, ...more } as KeyboardEvent);
  expect(key("ArrowRight", { shiftKey: true })).toEqual({ kind: "move", pixels: 40 });
  expect(key("0")).toEqual({ kind: "all" });
  expect([key("0", { ctrlKey: true }), key("a")]).toEqual([null, null]);
  expect(zoomedBy([0, 10], 2, 0.5)).toEqual([1, 6]);
  expect([within([-3, 5], [0, 10]), within([-1, 11], [0, 10]), within([20, 30], [0, 10])]).toEqual([
    [0, 5],
    null,
    null,
  ]);
});
