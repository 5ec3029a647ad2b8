/**
 * The fused move of Adam with an optional force, noise and average.
 *
 * @see Kingma, Ba 2015 (arXiv:1412.6980), Algorithm 1; Loshchilov, Hutter 2019 (arXiv:1711.05101), Algorithm 2
 */
import type { Draw } from "../random/draw.ts";
import { forEachTile, tileNormalsInto } from "../random/plainRandom.ts";
import type { Vector } from "../types.ts";
import { overTiles } from "./overTiles.ts";

/** The numbers of one move. */
export interface AdamCoefficients {
  readonly gradientScale: number;
  readonly learningRate: number;
  /** Of the pull toward the anchor. */
  readonly force: number;
  /** λ inside the gradient. */
  readonly decay: number;
  /** λ beside it, multiplied by the learning rate. */
  readonly decoupledDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  /** 1/(1 − β₁ᵗ). */
  readonly correction1: number;
  /** 1/(1 − β₂ᵗ). */
  readonly correction2: number;
  readonly epsilon: number;
  readonly noise: number;
  readonly averaging: number;
}

/**
 * Moves x = `params[start … end)`:
 *
 *   d ← s·g + decay·x − force·(anchor − x);   m ← β₁m + (1 − β₁)d;   v ← β₂v + (1 − β₂)d²
 *   x ← x − learningRate·(c₁m / (√(c₂v) + ε) + decoupledDecay·x) + noise·N(0, 1)
 *   μ ← (1 − averaging)·μ + averaging·x
 *
 * Shapes: all vectors (n,). Each is read once; SIMD for Float32Array, plain for Float64Array. Randomness: one normal per
 * element, a function of (draw, element).
 */
export function adamStepInto(
  params: Vector,
  mean: Vector | null,
  firstMoment: Vector,
  secondMoment: Vector,
  anchor: Vector | null,
  gradient: Vector,
  c: AdamCoefficients,
  draw: Draw,
  start: number,
  end: number,
): void {
  // A point without an anchor is its own: the force is then zero.
  const toward = anchor ?? params;
  overTiles({
    written: [params, mean, firstMoment, secondMoment],
    read: [toward, gradient],
    start,
    end,
    normals: c.noise === 0 ? null : draw,
    simd: (kernels, [px, pu, pm, pv, pa, pg], _, count, pn) =>
      kernels.adamStep(
        ...([px, pu, pm, pv, pa, pg, pn, count, c.gradientScale, c.decay, c.force] as const),
        ...([c.beta1, 1 - c.beta1, c.beta2, 1 - c.beta2, c.correction1, c.correction2, c.epsilon] as const),
        ...([c.decoupledDecay, c.learningRate, c.noise, c.averaging, 1 - c.averaging] as const),
      ),
    plain: (from, to) =>
      plainAdamStepInto(params, mean, firstMoment, secondMoment, toward, gradient, c, draw, from, to),
  });
}

/** The same in plain code; for Float32Array bit by bit that of the SIMD kernel. */
export function plainAdamStepInto(
  params: Vector,
  mean: Vector | null,
  firstMoment: Vector,
  secondMoment: Vector,
  anchor: Vector,
  gradient: Vector,
  c: AdamCoefficients,
  draw: Draw,
  start: number,
  end: number,
): void {
  const round = params instanceof Float32Array ? Math.fround : (value: number): number => value;
  const [scale, rate, force] = [round(c.gradientScale), round(c.learningRate), round(c.force)];
  const [decay, decoupled, epsilon] = [round(c.decay), round(c.decoupledDecay), round(c.epsilon)];
  const [beta1, rest1, correction1] = [round(c.beta1), round(1 - c.beta1), round(c.correction1)];
  const [beta2, rest2, correction2] = [round(c.beta2), round(1 - c.beta2), round(c.correction2)];
  const [noise, averaging, keep] = [round(c.noise), round(c.averaging), round(1 - c.averaging)];
  const normals = new Float32Array(16);
  forEachTile(start, end, (tile, from, to) => {
    if (noise !== 0) tileNormalsInto(normals, tile, draw);
    for (let i = from; i < to; i++) {
      const x = params[i];
      const pull = round(anchor[i] - x);
      let d = round(gradient[i] * scale);
      d = round(d + round(x * decay));
      d = round(d - round(pull * force));
      const m = round(round(firstMoment[i] * beta1) + round(d * rest1));
      const v = round(round(secondMoment[i] * beta2) + round(round(d * d) * rest2));
      firstMoment[i] = m;
      secondMoment[i] = v;
      d = round(round(m * correction1) / round(round(Math.sqrt(round(v * correction2))) + epsilon));
      d = round(d + round(x * decoupled));
      let next = round(x - round(d * rate));
      if (noise !== 0) next = round(next + round(normals[i - 16 * tile] * noise));
      params[i] = next;
      if (mean !== null) mean[i] = round(round(mean[i] * keep) + round(next * averaging));
    }
  });
}
