/** Every flatness measure of a solution; larger is sharper for each. */
import {
  ascentSharpness,
  extremeEigenpairs,
  hessianAt,
  hessianTrace,
  judgedDifference,
  magnitudeRelative,
  noiseRise,
  pacBayesSigma,
  pairedDifference,
  type ScoreAt,
  type SymmetricOperator,
} from "entropy-sgd/landscape";
import { short, withError } from "../statistics/numbers.ts";
import { notDistinguishable } from "../statistics/words.ts";
import type { LossLandscape } from "./lossLandscape.ts";
import { type EstimatorName, localEntropyEstimators, usualConjugateSteps } from "./measureLocalEntropy.ts";
import type { RecalibratedScores } from "./recalibratedScores.ts";

/** A measure of a solution. */
export interface FlatnessMeasure {
  readonly name: string;
  readonly title: string;
  readonly estimate: number;
  /** From draws and probes, from the residual, or from rounding; over the measured examples, which are fixed. */
  readonly standardError: number;
  /** Degrees of freedom of Student's t; null if the standard error is not estimated from repetitions. */
  readonly degreesOfFreedom: number | null;
  readonly valid: boolean;
  readonly reason: string | null;
  /** One value per shared draw, if there are any, for paired comparisons. */
  readonly draws: readonly number[] | null;
  /** The cost in gradients, losses and products. */
  readonly cost: number;
}

/** Options of a measurement of flatness. */
export interface FlatnessOptions {
  /** β of local entropy. */
  readonly inverseTemperature: number;
  /** σ per weight at which local entropy is measured. */
  readonly radii: readonly number[];
  /** Draws of noise. */
  readonly numDraws: number;
  /** Lanczos steps. */
  readonly numSteps: number;
  /** k of the traces, which take 3k products each. */
  readonly numProbes: number;
  /** Probes of Laplace's log det, at least 2. */
  readonly numDensityProbes: number;
  readonly seed: number;
  readonly onMeasure?: (measure: FlatnessMeasure) => void;
}

type Result = Pick<FlatnessMeasure, "estimate" | "standardError" | "cost"> &
  Partial<Pick<FlatnessMeasure, "draws" | "valid" | "reason" | "degreesOfFreedom">>;

/** A measure by name and title, and its computation. */
interface Recipe {
  readonly name: string;
  readonly title: string;
  measure(): Promise<Result>;
}

/** SAM's and Keskar's sizes, and those of weight noise. */
const sizes = { ball: 0.05, box: 1e-3, absolute: 0.03, relative: 0.3 } as const;

/** Halvings of the interval of σ. */
const numHalvings = 8;

/** The same network over different numbers of examples: eigenvalues and trace may use more than the rest. */
export interface FlatnessLandscapes {
  readonly curvature: LossLandscape;
  /** For ascent and local entropy. */
  readonly loss: LossLandscape;
  /** For weight noise. */
  readonly scores: RecalibratedScores;
}

/** Measures a solution on the landscapes' examples. */
export async function measureFlatness(
  landscapes: FlatnessLandscapes,
  params: Float32Array,
  options: FlatnessOptions,
): Promise<FlatnessMeasure[]> {
  const measures: FlatnessMeasure[] = [];
  for (const { name, title, measure } of recipesOf(landscapes, params, options)) {
    const found = { name, title, valid: true, reason: null, degreesOfFreedom: null, draws: null, ...(await measure()) };
    measures.push(found);
    options.onMeasure?.(found);
  }
  return measures;
}

function recipesOf(
  { curvature, loss, scores }: FlatnessLandscapes,
  params: Float32Array,
  options: FlatnessOptions,
): Recipe[] {
  return [
    ...curvatureRecipes(curvature, params, options),
    ...ascentRecipes(loss, params, options),
    ...noiseRecipes(scores, params, options),
    ...localEntropyRecipes(loss, params, options),
  ];
}

/** Largest eigenvalue and trace of the Hessian, as it is and relative to the weights' magnitudes. */
function curvatureRecipes(
  curvature: LossLandscape,
  params: Float32Array,
  { numSteps, numProbes, seed }: FlatnessOptions,
): Recipe[] {
  const hessian = hessianAt(curvature, params);
  const top = async (operator: SymmetricOperator): Promise<Result> => {
    const { largest, numProducts } = await extremeEigenpairs(operator, { numSteps, count: 1, seed });
    return { estimate: largest[0]!.eigenvalue, standardError: largest[0]!.residual, cost: numProducts };
  };
  const trace = async (operator: SymmetricOperator): Promise<Result> => {
    const { estimate, standardError, degreesOfFreedom, numProducts } = await hessianTrace(operator, {
      numProbes,
      seed,
    });
    const isExact = degreesOfFreedom === Number.POSITIVE_INFINITY;
    return { estimate, standardError, degreesOfFreedom: isExact ? null : degreesOfFreedom, cost: numProducts };
  };
  const relative = magnitudeRelative(hessian, params);
  return [
    { name: "largest-eigenvalue", title: "Largest eigenvalue of the Hessian", measure: () => top(hessian) },
    { name: "trace", title: "Trace of the Hessian", measure: () => trace(hessian) },
    {
      name: "relative-eigenvalue",
      title: "Largest eigenvalue, relative to the weights' magnitudes",
      measure: () => top(relative),
    },
    { name: "relative-trace", title: "Trace, relative to the weights' magnitudes", measure: () => trace(relative) },
  ];
}

/** SAM's and Keskar's sharpness. */
function ascentRecipes(landscape: LossLandscape, params: Float32Array, { seed }: FlatnessOptions): Recipe[] {
  const ascent = async (region: "ball" | "box", numAscentSteps: number): Promise<Result> => {
    const found = await ascentSharpness(landscape, { params, radius: sizes[region], region, numAscentSteps, seed });
    const [estimate, standardError] =
      region === "box" ? [found.relative, (100 * found.rounding) / (1 + found.loss)] : [found.estimate, found.rounding];
    return { estimate, standardError, cost: found.numGradients };
  };
  return [
    { name: "sam-1", title: `SAM sharpness, ρ = ${sizes.ball}, 1 step`, measure: () => ascent("ball", 1) },
    { name: "sam-20", title: `SAM sharpness, ρ = ${sizes.ball}, 20 steps`, measure: () => ascent("ball", 20) },
    { name: "box", title: `Keskar's box sharpness, ε = ${sizes.box}, %`, measure: () => ascent("box", 5) },
  ];
}

/** How much worse loss and metric become under weight noise, and the noise that the error allows. */
function noiseRecipes(scores: RecalibratedScores, params: Float32Array, { numDraws, seed }: FlatnessOptions): Recipe[] {
  const { name, better } = scores.metric;
  // What the library calls the error is any number that is better smaller.
  const [sign, change] = better === "smaller" ? ([1, "rise"] as const) : ([-1, "fall"] as const);
  const scoreAt: ScoreAt = async (x) => {
    const { loss, metric } = await scores.scoreAt(x);
    return { loss, error: sign * metric };
  };
  // Loss and metric come from the same draws.
  const rises = new Map<string, ReturnType<typeof noiseRise>>();
  const riseUnder = (scale: "absolute" | "relative"): ReturnType<typeof noiseRise> => {
    const rise = rises.get(scale) ?? noiseRise(scoreAt, { params, sigma: sizes[scale], scale, numDraws, seed });
    rises.set(scale, rise);
    return rise;
  };
  const noise = (scale: "absolute" | "relative", of: "loss" | "error"): Recipe => ({
    name: `${of === "loss" ? of : name}-${of === "loss" ? "rise" : change}-${scale}`,
    title: `${of === "loss" ? "Rise of the loss" : `${change === "rise" ? "Rise" : "Fall"} of the ${name}`} under ${scale} weight noise, σ = ${sizes[scale]}`,
    async measure() {
      const found = await riseUnder(scale);
      const draws = found.draws.map((draw) => draw[of]);
      return { ...found[of], degreesOfFreedom: numDraws - 1, draws, cost: numDraws + 1 };
    },
  });
  const pacBayes = async (): Promise<Result> => {
    if (name !== "error") {
      const reason = `it asks for the noise that raises an error by 0.1, and the task is judged by ${name}`;
      return { estimate: Number.NaN, standardError: Number.NaN, valid: false, reason, cost: 0 };
    }
    const found = await pacBayesSigma(scoreAt, { params, numDraws, range: [1e-3, 1], numHalvings, seed });
    return {
      estimate: found.sharpness,
      standardError: (2 * found.sharpness * found.standardError) / found.sigma,
      degreesOfFreedom: numDraws - 1,
      valid: found.converged,
      reason: found.converged ? null : "no σ from 0.001 to 1 raises the error by 0.1",
      cost: found.numEvaluations,
    };
  };
  return [
    noise("absolute", "loss"),
    noise("absolute", "error"),
    noise("relative", "loss"),
    noise("relative", "error"),
    { name: "pac-bayes", title: "PAC-Bayes 1/σ², error + 0.1", measure: pacBayes },
  ];
}

/** Smoothed loss and −F̃ by Laplace's method. */
function localEntropyRecipes(
  landscape: LossLandscape,
  params: Float32Array,
  { inverseTemperature, radii, numDraws, numSteps, numDensityProbes, seed }: FlatnessOptions,
): Recipe[] {
  const localEntropy = localEntropyEstimators(landscape, params, {
    inverseTemperature,
    numDraws,
    numSteps,
    numProbes: numDensityProbes,
    numSamples: 8,
    seed,
  });
  const negative = async (estimator: EstimatorName, radius: number): Promise<Result> => {
    const { estimate, standardError, valid, reason, numEvaluations } = await localEntropy.estimate(estimator, radius);
    return { estimate: -estimate, standardError, valid, reason, cost: numEvaluations };
  };
  return radii.flatMap((radius): Recipe[] => [
    {
      name: `smoothed-${radius}`,
      title: `Smoothed loss E f(x + ξ), σ = ${radius}`,
      measure: () => negative("smoothed-loss", radius),
    },
    { name: `laplace-${radius}`, title: `−F̃ by Laplace, σ = ${radius}`, measure: () => negative("laplace", radius) },
  ]);
}

/** About the number of passes over the examples: losses and gradients of the landscape, scores under noise, products. */
export function flatnessCost({ radii, numDraws, numSteps, numProbes, numDensityProbes }: FlatnessOptions): {
  readonly numLosses: number;
  readonly numScores: number;
  readonly numGradients: number;
  readonly numProducts: number;
} {
  return {
    numLosses: radii.length * numDraws,
    numScores: (2 + numHalvings + 2) * (numDraws + 1),
    // SAM's sharpness in 1 and 20 steps, Keskar's in 5, each after a first gradient; and the gradient of Laplace's method.
    numGradients: 2 + 21 + 6 + 1,
    // Each eigenvalue takes a run and its check, two Ritz vectors and their residuals; each trace three products per probe and a check.
    numProducts:
      2 * (numSteps + 6 + 3 * numProbes) + numDensityProbes * (numSteps + 1) + radii.length * usualConjugateSteps,
  };
}

/** The first solution minus the second by one measure: negative where the first is flatter. */
export interface FlatnessDifference {
  readonly name: string;
  readonly title: string;
  readonly estimate: number;
  readonly standardError: number;
  /** The smallest difference that would have been detected. */
  readonly detectable: number;
  readonly verdict: "first is flatter" | "second is flatter" | typeof notDistinguishable | "not comparable";
}

/** Compares measure by measure: paired by draws if both have them, otherwise by the errors of both. */
export function compareFlatness(a: readonly FlatnessMeasure[], b: readonly FlatnessMeasure[]): FlatnessDifference[] {
  return a.map((first, k) => {
    const second = b[k]!;
    const { name, title } = first;
    if (!first.valid || !second.valid) {
      const none = { estimate: Number.NaN, standardError: Number.NaN, detectable: Number.NaN };
      return { name, title, ...none, verdict: "not comparable" };
    }
    if (first.draws !== null && second.draws !== null) {
      const { estimate, standardError, detectable, seen } = pairedDifference(first.draws, second.draws);
      return { name, title, estimate, standardError, detectable, verdict: verdictOf(estimate, seen) };
    }
    const { estimate, standardError, detectable, seen } = judgedDifference({
      estimate: first.estimate - second.estimate,
      ...errorOfDifference(first, second),
    });
    return { name, title, estimate, standardError, detectable, verdict: verdictOf(estimate, seen) };
  });
}

/** √(s₁² + s₂²) with Welch's degrees of freedom; a known error has infinitely many. */
function errorOfDifference(first: FlatnessMeasure, second: FlatnessMeasure) {
  const standardError = Math.hypot(first.standardError, second.standardError);
  const spread = [first, second].reduce(
    (sum, measure) => sum + measure.standardError ** 4 / (measure.degreesOfFreedom ?? Number.POSITIVE_INFINITY),
    0,
  );
  return { standardError, degreesOfFreedom: spread > 0 ? standardError ** 4 / spread : Number.POSITIVE_INFINITY };
}

function verdictOf(difference: number, seen: boolean): FlatnessDifference["verdict"] {
  if (!seen) return notDistinguishable;
  return difference < 0 ? "first is flatter" : "second is flatter";
}

/** One plain sentence per measure. */
export function flatnessSentences(
  differences: readonly FlatnessDifference[],
  names: readonly [string, string],
): string[] {
  return differences.map(({ title, estimate, standardError, detectable, verdict }) => {
    if (verdict === "not comparable") return `${title}: does not apply to both.`;
    const size = withError(estimate, standardError);
    if (verdict === notDistinguishable)
      return `${title}: ${notDistinguishable}, ${size}; ±${short(detectable)} could have been seen.`;
    return `${title}: ${verdict === "first is flatter" ? names[0] : names[1]} is flatter, by ${withError(Math.abs(estimate), standardError)}.`;
  });
}
