/**
 * Hamiltonian Monte Carlo that keeps a Gaussian exactly, so that only what is not Gaussian limits its step.
 *
 *   P ∝ exp(−λV(z) − p‖z‖²/2):   half a kick w ← w − (θ/2m)(λ∇V + (p − m)z);  rotation of (z, w) by θ;  half a kick;
 *   accepted with min(1, exp(−ΔH)),   H = λV + (p‖z‖² + m‖w‖²)/2,   w ~ N(0, I/m)
 *
 * The mass m is about the inverse variance of a weight under P: kicks are then those of V's deviations from a quadratic of
 * that curvature.
 *
 * @see Beskos, Pinski, Sanz-Serna, Stuart 2011, "Hybrid Monte Carlo on Hilbert spaces" (Stochastic Processes and their
 *   Applications 121); Neal 2011, "MCMC using Hamiltonian dynamics" (arXiv:1206.1901)
 */
import type { Vector } from "../types.ts";

/** One law of a ladder: exp(−coupling·V(z) − precision·‖z‖²/2). */
export interface Law {
  /** λ, the share of V. At 0 the law is a Gaussian, and every move an independent draw. */
  readonly coupling: number;
  /** p, the inverse variance of the Gaussian in units of σ. */
  readonly precision: number;
}

/** A point with V = βf and its gradient there. */
export interface Replica {
  readonly z: Float64Array;
  readonly potential: number;
  readonly gradient: Vector;
  /** ‖z‖²/2. */
  readonly distance: number;
}

/** V and ∇V at z, with ‖z‖²/2; the vectors are the replica's own. */
export type ReplicaAt = (z: Float64Array) => Promise<Replica>;

/** Randomness and size of a move. */
export interface Move {
  /** m. */
  readonly mass: number;
  /** θ, radians; a quarter turn in all is an independent draw where f is flat. */
  readonly angle: number;
  /** Rotations, each with one gradient. */
  readonly numSteps: number;
  /** Standard normals of the momentum. */
  readonly normals: ArrayLike<number>;
  /** In [0, 1). */
  readonly uniform: number;
}

/**
 * One move, which leaves the law as it is.
 *
 * A proposal without a finite potential is rejected. Cost: numSteps gradients; one at λ = 0.
 * @returns the replica, the same one after a rejection, and the probability with which it was accepted
 */
export async function hamiltonianMove(
  replicaAt: ReplicaAt,
  { coupling, precision }: Law,
  start: Replica,
  { mass, angle, numSteps, normals, uniform }: Move,
): Promise<{ readonly replica: Replica; readonly acceptance: number }> {
  const n = start.z.length;
  const w = new Float64Array(n);
  const deviation = 1 / Math.sqrt(coupling === 0 ? precision : mass);
  for (let i = 0; i < n; i++) w[i] = deviation * normals[i];
  if (coupling === 0) return { replica: await replicaAt(w), acceptance: 1 };
  const kick = (angle * coupling) / (2 * mass);
  const pull = (angle * (precision - mass)) / (2 * mass);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const energyOf = ({ potential, distance }: Replica): number =>
    coupling * potential + precision * distance + mass * halfSquare(w);
  const before = energyOf(start);
  let replica = start;
  for (let step = 0; step < numSteps; step++) {
    const z = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const kicked = w[i] - kick * replica.gradient[i] - pull * replica.z[i];
      z[i] = cosine * replica.z[i] + sine * kicked;
      w[i] = cosine * kicked - sine * replica.z[i];
    }
    replica = await replicaAt(z);
    if (!Number.isFinite(replica.potential)) return { replica: start, acceptance: 0 };
    for (let i = 0; i < n; i++) w[i] -= kick * replica.gradient[i] + pull * z[i];
  }
  const acceptance = Math.min(1, Math.exp(before - energyOf(replica)));
  return acceptance > uniform ? { replica, acceptance } : { replica: start, acceptance: acceptance || 0 };
}

/** ‖v‖²/2. */
export function halfSquare(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  return sum / 2;
}
