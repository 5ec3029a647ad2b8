/** What replicas train in tests of faults: noisy quadratics, with a bound on the loss that holds whoever is in which mean. */
import { type CoupledOptimizer, type ParleReplicaState, parleReplica } from "entropy-sgd";

export const elements = 40;
const centre = 2;
/** Curvatures hᵢ. */
const curvatures = Float32Array.from({ length: elements }, (_, i) => 0.5 + i / elements);
/** Largest noise σ of an element of a gradient. */
const noise = 0.5;

/** Far from the centre: a loss of some thousands. */
export const start: Float32Array = Float32Array.from({ length: elements }, (_, i) => 15 - (i % 7));

/**
 * Largest loss ½ Σᵢ hᵢ(xᵢ − c)² where training has come to rest.
 *
 * An inner step is x' ← x' − η'(hᵢ(x' − c) + ξ − γ(xᵃ − x')) with |ξ| ≤ σ. With η'(hᵢ + γ) ≤ 1 and all of x', xᵃ within E of c,
 * the next x' is within (1 − η'hᵢ)E + η'σ, which is at most E for E = σ/hᵢ. The averages z, the mean of any of them and the outer
 * step with η(1 + ρ) = 1 are convex combinations, which do not leave the ball. A distance beyond σ/hᵢ shrinks in an outer step of
 * L = 5 by more than a third, whoever takes part: (1 − 0.3·0.55)⁵ + (what the anchor keeps, at most 0.05·5·0.3) < 0.6.
 */
export const band: number = 1.001 * curvatures.reduce((sum, h) => sum + noise ** 2 / (2 * h), 0);

/** Outer steps after which what is left of any start is less than a thousandth: 15·0.6²⁵ < 1e-4. */
export const roundsToRest = 25;

export function lossOf(x: Float32Array): number {
  return curvatures.reduce((sum, h, i) => sum + (h * (x[i]! - centre) ** 2) / 2, 0);
}

/** Of a replica's own data, by its own count of gradients. */
export function gradientOf(replica: number, count: number, x: Float32Array): Float32Array {
  return x.map((value, i) => curvatures[i]! * (value - centre) + noise * Math.sin(7 * i + 13 * count + 31 * replica));
}

export const innerSteps = 5;

export function quadraticReplica(replica: number): CoupledOptimizer<ParleReplicaState> {
  const rates = { innerLearningRate: 0.3, learningRate: 0.5, coupling: 1, momentum: 0, noise: 0 };
  return parleReplica({ ...rates, scope: 0.05, innerSteps, replica });
}
