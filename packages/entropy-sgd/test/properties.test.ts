import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  adamw,
  deserialise,
  type EntropySgdOptions,
  entropyAdam,
  entropySgd,
  type Optimizer,
  outerStep,
  type PlainData,
  type Progress,
  presets,
  serialise,
  sgd,
  type Vector,
} from "../src/index.ts";

const number = fc.double({ min: -3, max: 3, noNaN: true });
const presetName = fc.constantFrom("paper", "lua", "pytorch");
const adaptive = fc.constantFrom("none", "outer", "inner", "both");
const numRuns = 60;

/** f = Σ ½hᵢ(xᵢ − 1)² + cos xᵢ, the same function of each weight's curvature whatever the order. */
function gradientWith(curvatures: readonly number[]): (x: Vector) => Vector {
  return (x) => x.map((value, i) => (1 + Math.abs(curvatures[i])) * (value - 1) - Math.sin(value));
}

function run<S>(optimizer: Optimizer<S>, state: S, steps: number, gradientAt: (x: Vector) => Vector): S {
  let next = state;
  for (let k = 0; k < steps; k++) next = optimizer.step(gradientAt(optimizer.gradientPoint(next)), next);
  return next;
}

const weights = fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 40 });

test("permuting the weights permutes the result when there is no noise", () => {
  fc.assert(
    fc.property(weights, presetName, adaptive, fc.integer({ min: 1, max: 12 }), (pairs, preset, mode, steps) => {
      const options: EntropySgdOptions = { ...presets[preset], adaptive: mode, scope: 0.1, noise: 0, innerSteps: 4 };
      const result = (order: readonly (readonly [number, number])[]): number[] => {
        const optimizer = entropySgd({ ...options, weightDecay: 0.01 });
        const start = optimizer.init(Float32Array.from(order, ([x]) => x));
        return [...run(optimizer, start, steps, gradientWith(order.map(([, h]) => h))).params];
      };
      expect(result([...pairs].reverse())).toEqual(result(pairs).reverse());
    }),
    { numRuns },
  );
});

test("2N steps are N steps, saved, restored and N steps, bit for bit", () => {
  const any = fc.integer({ min: 0, max: 15 });
  fc.assert(
    fc.property(weights, presetName, adaptive, any, any, (pairs, preset, mode, first, second) => {
      const options: EntropySgdOptions = { ...presets[preset], adaptive: mode, scope: 0.1, noise: 0.1, innerSteps: 4 };
      const optimizer = entropySgd({ ...options, seed: first });
      const gradientAt = gradientWith(pairs.map(([, h]) => h));
      const start = Float32Array.from(pairs, ([x]) => x);
      const whole = run(optimizer, optimizer.init(start), first + second, gradientAt);
      const saved = serialise(run(optimizer, optimizer.init(start), first, gradientAt));
      const restored = deserialise(saved, entropySgd({ ...options, seed: first }).init(new Float32Array(start.length)));
      expect(run(optimizer, restored, second, gradientAt)).toEqual(whole);
    }),
    { numRuns },
  );
});

/** Cuts [0, n) at the given places into groups that change nothing. */
function neutralGroups(cuts: readonly number[], n: number) {
  const edges = [...new Set([0, ...cuts.map((cut) => cut % n), n])].sort((a, b) => a - b);
  return edges.slice(1).map((end, i) => ({ start: edges[i], end, weightDecay: true, learningRateFactor: 1 }));
}

test("splitting the vector into groups that change nothing changes no bit", () => {
  fc.assert(
    fc.property(weights, fc.array(fc.nat(39)), presetName, adaptive, (pairs, cuts, preset, mode) => {
      const options: EntropySgdOptions = { ...presets[preset], adaptive: mode, scope: 0.1, noise: 0.1, innerSteps: 4 };
      const gradientAt = gradientWith(pairs.map(([, h]) => h));
      const results = [[], neutralGroups(cuts, pairs.length)].map((groups) => {
        const optimizer = entropySgd({ ...options, weightDecay: 0.1, groups });
        return [...run(optimizer, optimizer.init(Float32Array.from(pairs, ([x]) => x)), 9, gradientAt).params];
      });
      expect(results[1]).toEqual(results[0]);
    }),
    { numRuns },
  );
});

test("a saved state survives JSON whatever its numbers are", () => {
  fc.assert(
    fc.property(fc.double(), fc.double(), fc.nat(), (gradientNorm, learningRate, gradients) => {
      const template = sgd({ learningRate: 1 }).init(new Float64Array([1]));
      const state = { ...template, progress: { ...template.progress, gradientNorm, learningRate, gradients } };
      const { json, vectors } = serialise(state);
      const parsed: PlainData = JSON.parse(JSON.stringify(json));
      const back = deserialise({ json: parsed, vectors }, sgd({ learningRate: 1 }).init(new Float64Array(1)));
      // JSON has no −0; −0 and 0 are the same number to every reader of a state.
      expect(back.progress.gradientNorm + 0).toBe(gradientNorm + 0);
      expect(back.progress.learningRate + 0).toBe(learningRate + 0);
      expect(back.progress.gradients).toBe(gradients);
    }),
  );
});

describe("outerStep is the hand-written loop, bit for bit", () => {
  function compare<S extends PlainData & { readonly progress: Progress }>(optimizer: Optimizer<S>, perOuter: number) {
    const gradientAt = gradientWith([1, 2, 3]);
    const start = new Float32Array([1, -2, 3]);
    let byCall = optimizer.init(start);
    for (let t = 0; t < 6; t++) byCall = outerStep(optimizer, byCall, gradientAt);
    expect(byCall).toEqual(run(optimizer, optimizer.init(start), 6 * perOuter, gradientAt));
  }

  test("entropySgd", () => compare(entropySgd({ scope: 0.1, innerSteps: 7, seed: 3 }), 7));
  test("entropyAdam", () => compare(entropyAdam({ scope: 0.1, innerSteps: 3, seed: 3 }), 3));
  test("adamw", () => compare(adamw({ learningRate: 0.1 }), 1));
});
