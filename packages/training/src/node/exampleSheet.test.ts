import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { targetSplit } from "../data/targetSplit.ts";
import { arePictures, exampleSheet } from "./exampleSheet.ts";

test("a sheet has the examples of each row beside each other, from the smallest number to the largest", () => {
  const inputs = Float32Array.of(-1, 0, 1, 3, 3, -1);
  const examples = targetSplit({ inputs, targets: new Float32Array(3), inputShape: [1, 1, 2] });
  const { width, height, data } = PNG.sync.read(Buffer.from(exampleSheet(examples, [[0, 1], [2]])));
  // Pixels are 28 wide so that examples are 56, with 2 between them.
  expect([width, height]).toEqual([2 * 56 + 2, 2 * 28 + 2]);
  const grey = (x: number, y: number): number[] => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  expect([grey(0, 0), grey(28, 0), grey(58, 27), grey(113, 0)]).toEqual([0, 64, 128, 255].map((v) => [v, v, v]));
  expect([grey(0, 30), grey(28, 57), grey(56, 0), grey(58, 30)]).toEqual([255, 0, 255, 255].map((v) => [v, v, v]));
});

test("colours are in their order; other shapes are no pictures", () => {
  const examples = targetSplit({
    inputs: Float32Array.of(1, 0, 0, 0, 1, 1),
    targets: new Float32Array(2),
    inputShape: [3, 1, 1],
  });
  const first = (order: "rgb" | "bgr") => [
    ...PNG.sync.read(Buffer.from(exampleSheet(examples, [[0, 1]], order))).data.subarray(0, 3),
  ];
  expect([first("rgb"), first("bgr")]).toEqual([
    [255, 0, 0],
    [0, 0, 255],
  ]);
  expect([[1, 4, 4], [3, 4, 4], [2, 4, 4], [9]].map((inputShape) => arePictures({ inputShape }))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
