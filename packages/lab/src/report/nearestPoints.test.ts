import { expect, test } from "vitest";
import type { FigureData, ViewData } from "./figureData.ts";
import { nearestPoints, seenPoints } from "./nearestPoints.ts";
import { positionOf, valueAt } from "./scales.ts";
import { spoken, tipText } from "./tipText.ts";
import { allowed, labelledTicks, pixelOf, seenAt, visibleValues, wholeWindow } from "./zoomWindow.ts";

/** A pixel per unit of x from 100 on; a decade of y takes 100 pixels, from 1 at 300 to 100 at 100. */
const view: ViewData = {
  frame: [100, 100, 300, 300],
  x: { type: "linear", domain: [0, 200], range: [100, 300] },
  y: { type: "log", domain: [1, 100], range: [300, 100] },
  moves: [],
};
const data: FigureData = {
  by: "x",
  x: { label: "gradients" },
  y: { label: "loss" },
  xs: [
    [0, 50, 100, 200],
    [55, 150],
  ],
  series: [
    { name: "sgd", color: "red", x: 0, y: [1, 10, 10, 100] },
    { name: "adam", color: "blue", x: 1, y: [100, 1], texts: ["100 ± 1", "1 ± 0"] },
  ],
  views: [view, view],
};
const at = (x: number, y: number, by: FigureData["by"] = "x", of = data) => {
  const seen = seenPoints(of, view, wholeWindow(view));
  const found = nearestPoints(by, seen, { x, y });
  return found && tipText({ ...of, by }, found.nearest, found.points);
};

test("positions of linear and logarithmic scales, and back", () => {
  expect(positionOf(view.x, 50)).toBe(150);
  expect(positionOf(view.y, 10)).toBeCloseTo(200, 10);
  expect(valueAt(view.y, 200)).toBeCloseTo(10, 10);
  expect(valueAt(view.x, 150)).toBe(50);
  // Values that are all the same are drawn in the middle.
  expect(positionOf({ ...view.x, domain: [7, 7] }, 7)).toBe(200);
  expect(valueAt({ ...view.x, domain: [7, 7] }, 130)).toBe(7);
});

test("by x, the nearest point of each series that has one beside it, from top to bottom", () => {
  expect(at(152, 300)).toEqual({
    title: "gradients: 50",
    rows: [
      { name: "adam", text: "100 ± 1 at 55", series: 1 },
      { name: "sgd", text: "10", series: 0 },
    ],
  });
  // 70 is nearer to 55 than to 100; there the point at 50 is beside it.
  expect(at(170, 300)?.title).toBe("gradients: 55");
  // Far from all points too.
  expect(at(290, 300)?.rows).toEqual([{ name: "sgd", text: "100", series: 0 }]);
});

test("by point, the nearest one alone, and none where it is far", () => {
  expect(at(205, 195, "point")).toEqual({
    title: "sgd",
    rows: [
      { name: "gradients", text: "100", series: null },
      { name: "loss", text: "10", series: null },
    ],
  });
  expect(at(205, 295, "point")?.title).toBeUndefined();
  expect(at(250, 290, "point")).toEqual({ title: "adam", rows: [{ name: "", text: "1 ± 0", series: 1 }] });
});

test("a bar is met over its whole width, and an offset one where it is drawn", () => {
  const bars = { ...data, series: [{ name: "share", color: null, x: 1, y: [10, 10], reach: [5, 60] }] };
  expect(at(195, 250, "x", bars)?.title).toBe("gradients: 150");
  expect(at(170, 250, "x", bars)?.title).toBe("gradients: 55");
  const beside = { ...data, series: [{ name: "a", color: null, x: 1, y: [10, 10], offset: [30, 0] as const }] };
  expect(at(186, 200, "point", beside)?.rows[0]?.text).toBe("55");
});

test("a tip is spoken in one sentence", () => {
  expect(spoken(at(152, 300)!)).toBe("gradients: 50; adam 100 ± 1 at 55; sgd 10");
});

test("a window shows its part of both axes, exactly on a logarithmic one too", () => {
  const window = { x: allowed(view, "x", [150, 200]), y: allowed(view, "y", [100, 200]) };
  expect(visibleValues(view, window, "x")).toEqual([50, 100]);
  const [low, high] = visibleValues(view, window, "y");
  expect(low).toBeCloseTo(10, 10);
  expect(high).toBeCloseTo(100, 10);
  expect(seenAt(view, window, "x", 175)).toBe(200);
  expect(pixelOf(view, window, "x", 200)).toBe(175);
  expect(seenPoints(data, view, window).map((points) => points.map(({ x, y }) => [x, y]))).toEqual([
    [
      [100, 300],
      [300, 300],
    ],
    [[120, 100]],
  ]);
});

test("a window stays within the figure, is never too small to be drawn, and keeps all bands", () => {
  expect(allowed(view, "x", [50, 150])).toEqual([100, 200]);
  expect(allowed(view, "x", [0, 1000])).toEqual([100, 300]);
  expect(allowed(view, "x", [200, 200])).toEqual([199.9, 200.1]);
  expect(allowed({ ...view, y: { ...view.y, type: "band" } }, "y", [120, 130])).toEqual([100, 300]);
});

test("ticks have as many digits as they need; those with texts of their own keep them", () => {
  expect(labelledTicks(data.x, "linear", [1000, 1100], 3)).toEqual([
    [1000, "1,000"],
    [1050, "1,050"],
    [1100, "1,100"],
  ]);
  expect(labelledTicks(data.x, "linear", [-0.1, 0.1], 2).map(([, text]) => text)).toEqual(["−0.1", "0.0", "0.1"]);
  expect(labelledTicks(data.y, "log", [1e-6, 1e-3], 4).map(([, text]) => text)).toEqual([
    "1e-6",
    "1e-5",
    "1e-4",
    "0.001",
  ]);
  const own = {
    label: null,
    ticks: [
      [-1, "−1e-5"],
      [0, "±1e-6"],
      [1, "1e-5"],
    ] as const,
  };
  expect(labelledTicks(own, "linear", [-0.5, 1.5], 5)).toEqual([
    [0, "±1e-6"],
    [1, "1e-5"],
  ]);
});
