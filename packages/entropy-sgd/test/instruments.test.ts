/** Instruments check names and values of their options like optimizers do. */
import { describe, expect, test } from "vitest";
import {
  ascentSharpness,
  extremeEigenpairs,
  findCriticalPoint,
  hessianTrace,
  lanczos,
  lbfgs,
  minres,
  noiseRise,
  pacBayesSigma,
  spectralDensity,
  symmetricOperator,
} from "../src/landscape.ts";
import type { ObjectiveWith } from "../src/objective.ts";

const operator = symmetricOperator(2, async (v) => Float64Array.from(v));
const objective: ObjectiveWith<"valueAndGradientAt" | "hessianProduct"> = {
  valueAndGradientAt(x, out) {
    out.set(x);
    return 0;
  },
  hessianProduct: (_, v, out) => out.set(v),
};
const point = new Float64Array([1, 2]);

/** Each called as untyped JavaScript would, with good options. */
const instruments: Readonly<Record<string, readonly [call: (options: never) => Promise<unknown>, good: object]>> = {
  lanczos: [(options) => lanczos(operator, options), { numSteps: 1 }],
  extremeEigenpairs: [(options) => extremeEigenpairs(operator, options), { numSteps: 2, count: 1 }],
  hessianTrace: [(options) => hessianTrace(operator, options), { numProbes: 2 }],
  spectralDensity: [(options) => spectralDensity(operator, options), { numSteps: 1, numProbes: 1 }],
  minres: [(options) => minres(operator, point, options), { maxSteps: 2, tolerance: 1e-6 }],
  lbfgs: [(options) => lbfgs(objective, options), { start: point, tolerance: 10, maxSteps: 1 }],
  findCriticalPoint: [(options) => findCriticalPoint(objective, options), { start: point, tolerance: 10 }],
  ascentSharpness: [(options) => ascentSharpness(objective, options), { params: point, radius: 1, numAscentSteps: 1 }],
  noiseRise: [
    (options) => noiseRise(() => ({ loss: 0, error: 0 }), options),
    { params: point, sigma: 1, scale: "absolute", numDraws: 2 },
  ],
  pacBayesSigma: [
    (options) => pacBayesSigma(() => ({ loss: 0, error: 0 }), options),
    { params: point, numDraws: 2, numHalvings: 1 },
  ],
};

describe.each(Object.entries(instruments))("%s", (name, [call, good]) => {
  const refusal = (options: object) => call({ ...good, ...options } as never).catch((error: unknown) => error);

  test("takes good options", () => expect(call(good as never)).resolves.toBeDefined());

  test("refuses unknown names", async () => {
    const error = await refusal({ sede: 1 });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`${name}: unknown option "sede"; the options are `);
  });

  const numbers = Object.entries(good).flatMap(([option, value]) => (typeof value === "number" ? [option] : []));
  test.each(numbers)("refuses %s of NaN and of text", async (option) => {
    const error = await refusal({ [option]: Number.NaN });
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(new RegExp(`^${name}: ${option} must be .*, got NaN$`));
    expect(await refusal({ [option]: "1" })).toBeInstanceOf(TypeError);
  });

  const vectors = Object.entries(good).flatMap(([option, value]) => (typeof value === "object" ? [option] : []));
  for (const option of vectors) {
    test(`refuses a plain array as ${option}`, async () => {
      const message = `${name}: ${option} must be a Float32Array or a Float64Array, got an array of 2`;
      expect(await refusal({ [option]: [1, 2] })).toEqual(new TypeError(message));
    });
  }
});
