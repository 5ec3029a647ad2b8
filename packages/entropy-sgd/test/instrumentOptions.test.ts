/** Instruments whose options are checked when they are called: names, types and ranges, in words. */
import { expect, test } from "vitest";
import { lbfgs, noiseRise } from "../src/landscape.ts";

test.each([
  [{ tolerance: 1e-6, maxSteps: 5 }, "TypeError", "start is required and must be a Float32Array or a Float64Array"],
  [
    { start: [1], tolerance: 1, maxSteps: 5 },
    "TypeError",
    "start must be a Float32Array or a Float64Array, got an array of 1",
  ],
  [{ start: new Float64Array(1), tolerance: 0, maxSteps: 5 }, "RangeError", "tolerance must be in (0, ∞), got 0"],
  [
    { start: new Float64Array(1), tolerance: 1, maxSteps: Number.NaN },
    "RangeError",
    "maxSteps must be an integer in [0, ∞), got NaN",
  ],
  [
    { start: new Float64Array(1), tolerance: 1, maxSteps: 5, signal: true },
    "TypeError",
    "signal must be an AbortSignal, got true",
  ],
  [
    { start: new Float64Array(1), tolerance: 1, maxSteps: 5, pairs: 3 },
    "TypeError",
    'unknown option "pairs"; the options are start, tolerance, maxSteps, numPairs, signal',
  ],
])("lbfgs checks its options: %o", async (options, error, message) => {
  const objective = { valueAndGradientAt: () => 0 };
  await expect(lbfgs(objective, options as never)).rejects.toMatchObject({ name: error, message: `lbfgs: ${message}` });
});

test.each([
  [{ params: [1] }, "TypeError", "params must be a Float32Array or a Float64Array, got an array of 1"],
  [{ sigma: Number.NaN }, "RangeError", "sigma must be in (0, ∞), got NaN"],
  [{ scale: "rel" }, "RangeError", 'scale must be one of "absolute", "relative", got "rel"'],
  [{ numDraws: 1 }, "RangeError", "numDraws must be an integer in [2, ∞), got 1"],
])("noiseRise checks its options: %o", async (options, error, message) => {
  const base = { params: new Float64Array(1), sigma: 1, scale: "absolute", numDraws: 2 };
  const rise = noiseRise(() => ({ loss: 0, error: 0 }), { ...base, ...options } as never);
  await expect(rise).rejects.toMatchObject({ name: error, message: `noiseRise: ${message}` });
});
