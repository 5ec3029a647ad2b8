/**
 * The fused move of Langevin dynamics and momentum: force, decay, momentum, step, noise and average in one pass.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), Algorithm 1, lines 4-6
 */
import type { Draw } from "../random/draw.ts";
import { forEachTile, tileNormalsInto } from "../random/plainRandom.ts";
import type { Vector } from "../types.ts";
import { overTiles } from "./overTiles.ts";

/** The numbers of one move; names as in `StepTerms`. */
export interface LangevinCoefficients {
  readonly gradientScale: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly insideDecay: number;
  readonly insideForce: number;
  readonly outsideDecay: number;
  readonly outsideForce: number;
  readonly learningRate: number;
  /** Standard deviation of the noise; 0 draws none. */
  readonly noise: number;
  readonly averaging: number;
}

/**
 * Moves x' = `params[start … end)`:
 *
 *   d ← s·g + insideDecay·x' − insideForce·(x − x')
 *   v ← m·v + d;   d ← d + m·v with `nesterov`, v without        (d stays without a velocity)
 *   d ← d + outsideDecay·x' − outsideForce·(x − x')
 *   x' ← x' − learningRate·d + noise·N(0, 1);   μ ← (1 − averaging)·μ + averaging·x'
 *
 * Shapes: all vectors (n,). Each is read once and x', v, μ written once; SIMD for Float32Array, plain for Float64Array.
 * Randomness: one normal per element, a function of (draw, element). Anchor `params` itself means no force.
 */
export function langevinStepInto(
  params: Vector,
  mean: Vector | null,
  velocity: Vector | null,
  anchor: Vector,
  gradient: Vector,
  c: LangevinCoefficients,
  draw: Draw,
  start: number,
  end: number,
): void {
  overTiles({
    written: [params, mean, velocity],
    read: [anchor, gradient],
    start,
    end,
    normals: c.noise === 0 ? null : draw,
    simd: (kernels, [px, pm, pv, pa, pg], _, count, pn) =>
      kernels.langevinStep(
        ...([px, pm, pv, pa, pg, pn, count, c.gradientScale, c.momentum, c.nesterov ? 1 : 0] as const),
        ...([c.insideDecay, c.insideForce, c.outsideDecay, c.outsideForce, c.learningRate] as const),
        ...([c.noise, c.averaging, 1 - c.averaging] as const),
      ),
    plain: (from, to) => plainLangevinStepInto(params, mean, velocity, anchor, gradient, c, draw, from, to),
  });
}

/** The same in plain code; for Float32Array bit by bit that of the SIMD kernel. */
export function plainLangevinStepInto(
  params: Vector,
  mean: Vector | null,
  velocity: Vector | null,
  anchor: Vector,
  gradient: Vector,
  c: LangevinCoefficients,
  draw: Draw,
  start: number,
  end: number,
): void {
  const round = params instanceof Float32Array ? Math.fround : (value: number): number => value;
  const [scale, momentum, rate] = [round(c.gradientScale), round(c.momentum), round(c.learningRate)];
  const [insideDecay, insideForce] = [round(c.insideDecay), round(c.insideForce)];
  const [outsideDecay, outsideForce] = [round(c.outsideDecay), round(c.outsideForce)];
  const [noise, averaging, keep] = [round(c.noise), round(c.averaging), round(1 - c.averaging)];
  // Terms that are zero are left out, so that they leave a zero's sign as it is.
  const inside = insideDecay !== 0 || insideForce !== 0;
  const outside = outsideDecay !== 0 || outsideForce !== 0;
  const normals = new Float32Array(16);
  forEachTile(start, end, (tile, from, to) => {
    if (noise !== 0) tileNormalsInto(normals, tile, draw);
    for (let i = from; i < to; i++) {
      const x = params[i];
      const pull = round(anchor[i] - x);
      let d = round(gradient[i] * scale);
      if (inside) {
        d = round(d + round(x * insideDecay));
        d = round(d - round(pull * insideForce));
      }
      if (velocity !== null) {
        const v = round(round(velocity[i] * momentum) + d);
        velocity[i] = v;
        d = c.nesterov ? round(d + round(v * momentum)) : v;
      }
      if (outside) {
        d = round(d + round(x * outsideDecay));
        d = round(d - round(pull * outsideForce));
      }
      let next = round(x - round(d * rate));
      if (noise !== 0) next = round(next + round(normals[i - 16 * tile] * noise));
      params[i] = next;
      if (mean !== null) mean[i] = round(round(mean[i] * keep) + round(next * averaging));
    }
  });
}
