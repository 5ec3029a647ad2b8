import { expect, test } from "vitest";
import { symmetricEigenvalues, symmetricEigenvaluesInTurns } from "./symmetricEigen.ts";

const n = 12;
const matrix = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (__, j) => 1 / (i + j + 1)));

test("eigenvalues in turns are those without, with a pause after each reflection", async () => {
  let numPauses = 0;
  const eigenvalues = await symmetricEigenvaluesInTurns(matrix, async () => {
    numPauses += 1;
  });
  expect(eigenvalues).toEqual(symmetricEigenvalues(matrix));
  expect(numPauses).toBe(n - 1);
});

test("what a pause throws ends the work", async () => {
  const stop = new Error("stop");
  await expect(symmetricEigenvaluesInTurns(matrix, () => Promise.reject(stop))).rejects.toBe(stop);
});
