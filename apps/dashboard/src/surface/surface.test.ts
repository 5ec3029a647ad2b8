import { expect, test } from "vitest";
import { firstCamera, moved, projection } from "./camera.ts";
import { colorOf } from "./colorScale.ts";
import { contour } from "./contours.ts";
import { heightOf, lossAt, lossGrid } from "./lossGrid.ts";
import { nearestVertex, sceneOf } from "./scene.ts";

/** As `slice` writes it: f = 1 + x² + 2y² on a grid of 5 by 3, x innermost. */
const measurement = (change: (x: number, y: number) => unknown = (x, y) => 1 + x * x + 2 * y * y) => ({
  settings: { first: "one", second: "none" },
  surface: [-1, 0, 1].flatMap((y) => [-1, -0.5, 0, 0.5, 1].map((x) => ({ x, y, loss: change(x, y), error: 0 }))),
});

test("a measurement becomes a grid; what is not finite is a gap, what has another form no grid", () => {
  const grid = lossGrid(measurement((x, y) => (x === 1 && y === 1 ? null : 1 + x * x + 2 * y * y)))!;
  expect(grid.losses[2]).toEqual([4, 3.25, 3, 3.25, null]);
  expect(grid.range).toEqual([1, 4]);
  expect(grid.solutions).toEqual([{ x: 0, name: "one" }]);
  const half = { ...measurement(), surface: measurement().surface.slice(1) };
  for (const other of [null, [], {}, { surface: "x" }, half, measurement(() => null)])
    expect(lossGrid(other)).toBeNull();
});

test("heights and losses are each other's inverse on both scales", () => {
  const grid = lossGrid(measurement())!;
  for (const isLog of [true, false]) {
    expect([1, 4].map(heightOf(grid, isLog))).toEqual([0, 1]);
    for (const loss of [1, 1.7, 3]) expect(lossAt(grid, isLog)(heightOf(grid, isLog)(loss))).toBeCloseTo(loss, 12);
  }
  expect(heightOf(grid, true)(2)).toBeCloseTo(0.5, 12);
});

test("from above x is right and y is up, from the side the height is; a quarter turn brings y to the left", () => {
  const size = [360, 360] as const;
  const above = projection({ azimuth: 0, elevation: 90, zoom: 1 }, ...size);
  expect(above([0.5, 0.25, 3])).toEqual({ x: 230, y: expect.closeTo(155, 9), depth: expect.closeTo(-3, 9) });
  const side = projection({ azimuth: 0, elevation: 0, zoom: 1 }, ...size);
  expect(side([0.5, 0.25, 0.4])).toEqual({ x: 230, y: 140, depth: 0.25 });
  const turned = projection({ azimuth: 90, elevation: 0, zoom: 1 }, ...size)([0, 1, 0]);
  expect(turned.x).toBeCloseTo(80, 9);
  expect(moved({ azimuth: 170, elevation: 80, zoom: 3 }, 20, 30, 2)).toEqual({ azimuth: -170, elevation: 90, zoom: 4 });
});

test("faces come from far to near, and the bottom of the bowl is found where it is seen", () => {
  const grid = lossGrid(measurement())!;
  const { faces, vertices } = sceneOf(grid, firstCamera, false, 600, 400);
  expect(faces).toHaveLength(8);
  const depths = faces.map(({ depth }) => depth);
  expect(depths).toEqual([...depths].sort((a, b) => b - a));
  const bottom = vertices.find(({ i, j }) => i === 2 && j === 1)!;
  // Its centre is half a box height below the centre of the picture.
  expect(bottom.x).toBeCloseTo(300, 9);
  expect(bottom.y).toBeCloseTo(200 + (500 / 3.6) * 0.55 * Math.cos((45 * Math.PI) / 180), 9);
  expect(nearestVertex(vertices, bottom.x + 1, bottom.y)).toMatchObject({ i: 2, j: 1 });
  expect(nearestVertex(vertices, -100, -100)).toBeNull();
  const gap = lossGrid(measurement((x, y) => (x === 0 && y === 0 ? null : 1)))!;
  expect(sceneOf(gap, firstCamera, true, 600, 400).faces).toHaveLength(4);
});

test("a contour lies where the loss is linear between corners, and a saddle keeps its low corners apart", () => {
  const slope = {
    xs: [0, 1, 2],
    ys: [0, 1],
    losses: [
      [0, 1, 2],
      [0, 1, 2],
    ],
  };
  expect(contour(slope, 0.25)).toEqual([[0.25, 0, 0.25, 1]]);
  const saddle = {
    xs: [0, 1],
    ys: [0, 1],
    losses: [
      [0, 1],
      [1, 0],
    ],
  };
  const ends = contour(saddle, 0.25).map(([x1, y1, x2, y2]) => (x1 + y1 + x2 + y2) / 2);
  expect(contour(saddle, 0.25)).toHaveLength(2);
  expect(ends.sort()).toEqual([0.25, 1.75]);
});

test("low losses are light, high ones dark", () => {
  expect([colorOf(0), colorOf(1), colorOf(-3)]).toEqual(["rgb(253,231,37)", "rgb(68,1,84)", "rgb(253,231,37)"]);
});
