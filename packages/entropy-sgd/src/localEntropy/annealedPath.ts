/**
 * Local entropy by annealed populations: from a law that can be drawn exactly to the modified Gibbs distribution, and back.
 *
 *   P_s ∝ N(z; 0, I)·exp(−λ_s β f(x + σ_s z)),   z = (x' − x)/σ_s,   F̃ = (1/β)(log of P₁'s mass − log of P₀'s)
 *
 * Forward: particles drawn at s = 0 carry weights from rung to rung, are resampled where few carry them, and move at each
 * rung; the mean of the exponentials of their works is an unbiased estimate of the mass (sequential Monte Carlo). Backward: the
 * particles that arrived go back without resampling. Where the moves keep up with the path both agree; their difference
 * tells when not. Particles that start elsewhere show what the path has missed: they settle at s = 1 and go back too, and
 * works far above those of the path's own particles come from a place of larger mass than the path has found.
 *
 * Moves are Hamiltonian, by kicks of the loss and rotations (z, v) that are exact for the Gaussian; accepted or refused by
 * Metropolis, so that no step size biases anything. Rungs and step sizes come from a pilot population that is thrown away.
 *
 * @see Neal 2001, "Annealed importance sampling"; Del Moral, Doucet, Jasra 2006, "Sequential Monte Carlo samplers"
 * @see Beskos et al. 2011, "Hybrid Monte Carlo on Hilbert spaces": moves that keep a Gaussian exactly
 * @see Grosse, Ghahramani, Adams 2015, "Sandwiching the marginal likelihood using bidirectional Monte Carlo"
 */
import { dot } from "../curvature/hessianOperator.ts";
import { normalInto, uniformInto } from "../random/fills.ts";
import type { RandomKey } from "../random/philox.ts";
import { randomKey } from "../random/randomKey.ts";
import type { LossAt } from "./localEntropyEstimate.ts";

/** A path of laws over s from 0 to 1. */
export interface AnnealingPath {
  /** λ_s and σ_s. */
  placeAt(share: number): { readonly coupling: number; readonly radius: number };
  /** −d/ds of λ_s f(x + σ_s z): what the weights follow, from f and z·∇f at the rung. */
  slopeAt(share: number, loss: number, alongZ: number): number;
  /** Whether f has to be evaluated anew where s changes and z does not. */
  readonly movesPoints: boolean;
}

/** A particle: z with f and ∇f at x + σz for the rung where it is. */
interface Particle {
  z: Float64Array;
  loss: number;
  gradient: Float64Array;
}

/** A rung with the step size that the pilot found for it. */
interface Rung {
  readonly share: number;
  readonly stepSize: number;
}

/** How populations are made; all integers at least as `annealedPath.ts`'s callers check. */
export interface AnnealingNumbers {
  readonly numReplicas: number;
  readonly numParticles: number;
  readonly numMoves: number;
  readonly numLeapfrog: number;
  readonly maxRungs: number;
  readonly seed: number;
}

/** What the populations say; masses as logarithms. */
export interface AnnealingResult {
  /** Of each replica: log of the mean of exp(work), forward and backward. */
  readonly forward: readonly number[];
  readonly backward: readonly number[];
  /** Backward works of single particles: the path's own, and those that started elsewhere. */
  readonly ownWorks: readonly number[];
  readonly otherWorks: readonly number[];
  /** Losses of the exact draws at s = 0 where σ₀ > 0, whose mean is Jensen's bound. */
  readonly drawnLosses: readonly number[];
  readonly leastLoss: number;
  /** Smallest share of particles that carried the weights of a rung, and the mean share of accepted moves. */
  readonly effectiveShare: number;
  readonly acceptance: number;
  readonly numRungs: number;
  readonly finished: boolean;
  readonly numEvaluations: number;
}

/** Share of the pilot's particles that carry the weights after a rung; fewer weights, fewer rungs. */
const carriedShare = 0.8;
/** Particles are resampled where fewer than this share of them carry the weights. */
const resampleBelow = 0.5;
/** Moves at each rung of the pilot, which looks for the step size. */
const pilotMoves = 4;
/** Accepted share that step sizes are led to (Beskos et al. 2013, "Optimal tuning of the hybrid Monte Carlo algorithm"). */
const wantedAcceptance = 0.75;
/** Moves of particles that start elsewhere before they go back. */
const settlingMoves = 20;
/** Deviations of the starts elsewhere, in units of the radius: at x itself, like the Gaussian, and far outside of it. */
const startDeviations = [0, 1, 3] as const;

/** Runs all populations. */
export async function annealPopulations(
  lossAt: LossAt,
  params: ArrayLike<number>,
  inverseTemperature: number,
  path: AnnealingPath,
  numbers: AnnealingNumbers,
): Promise<AnnealingResult> {
  const { numReplicas, numParticles, numMoves, numLeapfrog, maxRungs, seed } = numbers;
  const n = params.length;
  const beta = inverseTemperature;
  const x = new Float64Array(n);
  let numEvaluations = 0;
  let leastLoss = Number.POSITIVE_INFINITY;
  let [numAccepted, numProposed] = [0, 0];

  const evaluate = async (z: Float64Array, radius: number): Promise<{ loss: number; gradient: Float64Array }> => {
    for (let i = 0; i < n; i++) x[i] = params[i] + radius * z[i];
    const { energy, gradient } = await lossAt(x);
    numEvaluations += 1;
    if (energy < leastLoss) leastLoss = energy;
    // The function may use the same vector for every gradient.
    return { loss: energy, gradient: Float64Array.from(gradient) };
  };

  /** One Hamiltonian move of a particle at a rung; the step is drawn anew, so that no period of the dynamics is met. */
  const move = async (particle: Particle, share: number, stepSize: number, draws: Draws): Promise<boolean> => {
    const { coupling, radius } = path.placeAt(share);
    const kick = 0.5 * stepSize * coupling * beta * radius;
    const z = particle.z.slice();
    const v = draws.normal(n);
    const [uniform, jitter] = [draws.uniform(), draws.uniform()];
    const angle = stepSize * (0.8 + 0.4 * jitter);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const half = (kick * angle) / stepSize;
    const start = coupling * beta * particle.loss + 0.5 * (dot(z, z) + dot(v, v));
    let { loss, gradient } = particle;
    for (let step = 0; step < numLeapfrog; step++) {
      for (let i = 0; i < n; i++) v[i] -= half * gradient[i];
      for (let i = 0; i < n; i++) {
        const [zi, vi] = [z[i], v[i]];
        z[i] = cos * zi + sin * vi;
        v[i] = cos * vi - sin * zi;
      }
      ({ loss, gradient } = await evaluate(z, radius));
      for (let i = 0; i < n; i++) v[i] -= half * gradient[i];
    }
    const end = coupling * beta * loss + 0.5 * (dot(z, z) + dot(v, v));
    numProposed += 1;
    // An energy that is not finite is never accepted.
    if (!(Math.log(uniform + 2 ** -25) < start - end)) return false;
    numAccepted += 1;
    Object.assign(particle, { z, loss, gradient });
    return true;
  };

  /** Takes a particle to another rung; gives the logarithm of the factor that its weight takes. */
  const step = async (particle: Particle, from: number, to: number): Promise<number> => {
    const [before, after] = [path.placeAt(from), path.placeAt(to)];
    const old = before.coupling * particle.loss;
    if (path.movesPoints) Object.assign(particle, await evaluate(particle.z, after.radius));
    return -beta * (after.coupling * particle.loss - old);
  };

  const drawn = async (draws: Draws, deviation: number, radius: number): Promise<Particle> => {
    const z = draws.normal(n).map((value) => deviation * value);
    return { z, ...(await evaluate(z, radius)) };
  };

  const population = async (draws: Draws): Promise<Particle[]> => {
    const particles: Particle[] = [];
    for (let i = 0; i < numParticles; i++) particles.push(await drawn(draws, 1, path.placeAt(0).radius));
    return particles;
  };

  /** Chooses rungs and step sizes with a population of its own. */
  const pilot = async (): Promise<{ rungs: Rung[]; finished: boolean }> => {
    const draws = drawsOf(randomKey(seed, "local-entropy", "pilot"));
    let particles = await population(draws);
    const rungs: Rung[] = [];
    let stepSize = Math.PI / 2 / numLeapfrog;
    for (let share = 0; share < 1 && rungs.length < maxRungs; ) {
      const next = nextShare(share, particles, path, beta);
      const weights: number[] = [];
      for (const particle of particles) weights.push(await step(particle, share, next));
      particles = resampled(particles, weights, draws.uniform());
      share = next;
      for (let k = 0; k < pilotMoves; k++) {
        let accepted = 0;
        for (const particle of particles) accepted += Number(await move(particle, share, stepSize, draws));
        stepSize *= Math.exp(accepted / numParticles - wantedAcceptance);
        stepSize = Math.min(stepSize, Math.PI / 2);
      }
      rungs.push({ share, stepSize });
    }
    return { rungs, finished: (rungs.at(-1)?.share ?? 0) === 1 };
  };

  /** Works of particles that go back from s = 1, without resampling: minus the logarithms of their weights. */
  const back = async (particles: Particle[], rungs: readonly Rung[], draws: Draws): Promise<number[]> => {
    const works = new Array<number>(particles.length).fill(0);
    for (let k = rungs.length - 1; k >= 0; k--) {
      const to = k === 0 ? 0 : rungs[k - 1].share;
      for (const [i, particle] of particles.entries()) {
        for (let m = 0; m < numMoves; m++) await move(particle, rungs[k].share, rungs[k].stepSize, draws);
        works[i] -= await step(particle, rungs[k].share, to);
      }
    }
    return works;
  };

  const { rungs, finished } = await pilot();
  [numAccepted, numProposed] = [0, 0];
  const [forward, backward, ownWorks, otherWorks, drawnLosses]: number[][] = [[], [], [], [], []];
  let effectiveShare = 1;
  for (let replica = 0; replica < numReplicas && finished; replica++) {
    const draws = drawsOf(randomKey(seed, "local-entropy", `replica ${replica}`));
    let particles = await population(draws);
    for (const { loss } of particles) drawnLosses.push(loss);
    let weights = new Array<number>(numParticles).fill(0);
    let work = 0;
    let share = 0;
    for (const rung of rungs) {
      for (const [i, particle] of particles.entries()) weights[i] += await step(particle, share, rung.share);
      share = rung.share;
      const effective = effectiveNumber(weights) / numParticles;
      effectiveShare = Math.min(effectiveShare, effective);
      if (effective < resampleBelow || share === 1) {
        work += logMeanExp(weights);
        particles = resampled(particles, weights, draws.uniform());
        weights = weights.map(() => 0);
      }
      for (const particle of particles) {
        for (let m = 0; m < numMoves; m++) await move(particle, share, rung.stepSize, draws);
      }
    }
    forward.push(work);
    const works = await back(particles, rungs, draws);
    backward.push(-logMeanExp(works.map((value) => -value)));
    ownWorks.push(...works);
  }
  if (finished) {
    const draws = drawsOf(randomKey(seed, "local-entropy", "elsewhere"));
    const { share, stepSize } = rungs.at(-1)!;
    const { radius } = path.placeAt(share);
    const others: Particle[] = [];
    for (let i = 0; i < 2 * numParticles; i++) {
      const particle = await drawn(draws, startDeviations[i % startDeviations.length], radius);
      if (!Number.isFinite(particle.loss)) continue;
      // Far from equilibrium the step must be smaller first.
      for (let m = 0; m < settlingMoves; m++)
        await move(particle, share, stepSize * (m < settlingMoves / 2 ? 0.3 : 1), draws);
      others.push(particle);
    }
    otherWorks.push(...(await back(others, rungs, draws)));
  }
  return {
    ...{ forward, backward, ownWorks, otherWorks, drawnLosses, leastLoss, effectiveShare },
    ...{ acceptance: numAccepted / Math.max(1, numProposed), numRungs: rungs.length, finished, numEvaluations },
  };
}

/** Random numbers in order, functions of the key alone. */
interface Draws {
  normal(n: number): Float64Array;
  uniform(): number;
}

function drawsOf(key: RandomKey): Draws {
  let step = 0;
  const one = new Float64Array(1);
  return {
    normal(n) {
      const out = new Float64Array(n);
      normalInto(out, { key, stream: 0, step: step++ });
      return out;
    },
    uniform() {
      uniformInto(one, { key, stream: 1, step: step++ });
      return one[0];
    },
  };
}

/** The next s at which `carriedShare` of the particles would still carry the weights, by the slopes at this one. */
function nextShare(share: number, particles: readonly Particle[], path: AnnealingPath, beta: number): number {
  const slopes = particles.map(({ z, loss, gradient }) => beta * path.slopeAt(share, loss, dot(z, gradient)));
  const enough = (to: number): boolean =>
    effectiveNumber(slopes.map((slope) => (to - share) * slope)) >= carriedShare * particles.length;
  if (enough(1)) return 1;
  let [low, high] = [share, 1];
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (enough(middle)) low = middle;
    else high = middle;
  }
  // Always forward, however steep it is.
  return low > share ? low : high;
}

/** (Σw)²/Σw² of weights given by their logarithms; 0 where one is not a number. */
function effectiveNumber(logs: readonly number[]): number {
  const top = Math.max(...logs);
  if (!Number.isFinite(top)) return 0;
  const weights = logs.map((value) => Math.exp(value - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return (sum * sum) / weights.reduce((total, weight) => total + weight * weight, 0);
}

/** log of the mean of exp. */
export function logMeanExp(logs: readonly number[]): number {
  const top = Math.max(...logs);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - top), 0) / logs.length);
}

/** Systematic resampling: as many particles, each as often as its weight says, up to one. */
function resampled(particles: readonly Particle[], logs: readonly number[], uniform: number): Particle[] {
  const top = Math.max(...logs);
  const weights = logs.map((value) => (Number.isFinite(value) ? Math.exp(value - top) : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return particles.map((particle) => ({ ...particle }));
  const chosen: Particle[] = [];
  let sum = 0;
  for (const [i, weight] of weights.entries()) {
    sum += (weight / total) * particles.length;
    while (chosen.length < particles.length && chosen.length + uniform < sum) chosen.push({ ...particles[i] });
  }
  while (chosen.length < particles.length) chosen.push({ ...particles[particles.length - 1] });
  return chosen;
}
