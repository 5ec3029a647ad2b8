/** Paths of four optimizers at equal gradients with the same gradient noise; the same bits in a worker and in Node. */
import { entropySgd, type Optimizer, type Progress, sam, sgd, sgld } from "entropy-sgd";
import { normalInto, randomKey } from "entropy-sgd/random";
import { type LandscapeName, landscapes, type Point } from "./landscapes.ts";

/** What the paths are functions of. */
export interface PathSettings {
  readonly landscape: LandscapeName;
  readonly start: Point;
  /** η of SGD, SGLD and SAM, and η' of Entropy-SGD's inner steps. */
  readonly learningRate: number;
  /** γ. */
  readonly scope: number;
  /** L. */
  readonly innerSteps: number;
  /** Standard deviation of the noise in each component of a gradient. */
  readonly gradientNoise: number;
  /** T of the Langevin noise of SGLD and of Entropy-SGD's inner steps. */
  readonly temperature: number;
  /** ρ of SAM. */
  readonly radius: number;
  readonly seed: number;
}

/** Gradients that each optimizer spends. */
export const numGradients = 2000;

/**
 * SGLD's step is η/(1 + t/500): its sum diverges and that of its squares does not, as Welling and Teh (2011) ask. A division has the
 * same bits everywhere; powers, such as those of the library's own schedule, differ in the last one between versions of V8.
 */
export const sgldPeriod = 500;

/** A path, with the point after each gradient. */
export interface Path {
  /** Shape (2001,): the start, and the point to evaluate after each gradient. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** x' where each gradient was taken, shape (2000,): Entropy-SGD's cloud, SAM's ascended points. */
  readonly gradientXs: Float64Array;
  readonly gradientYs: Float64Array;
}

/** The optimizers, in the order of the legend. */
export const optimizerNames = ["sgd", "sgld", "entropy-sgd", "sam"] as const;
export type OptimizerName = (typeof optimizerNames)[number];
export type Paths = Readonly<Record<OptimizerName, Path>>;

/** The path of one optimizer. Cost: 2,000 gradients. Randomness: a function of the seed. */
export function pathOf(name: OptimizerName, settings: PathSettings): Path {
  const { learningRate, scope, innerSteps, temperature, radius, seed } = settings;
  switch (name) {
    case "sgd":
      return walked(sgd({ learningRate }), settings);
    case "sgld": {
      const falling = (t: number): number => learningRate / (1 + t / sgldPeriod);
      return walked(sgld({ learningRate: falling, annealing: 0, temperature, seed }), settings);
    }
    case "entropy-sgd": {
      const options = { scope, innerLearningRate: learningRate, innerSteps, temperature, momentum: 0, seed };
      return walked(entropySgd(options), settings);
    }
    case "sam":
      return walked(sam({ learningRate, radius }), settings);
  }
}

/** All paths. */
export function pathsOf(settings: PathSettings): Paths {
  return Object.fromEntries(optimizerNames.map((name) => [name, pathOf(name, settings)])) as Record<
    OptimizerName,
    Path
  >;
}

/** Batch b has the gradient ∇f(x) + σ·n_b with one n_b for all optimizers; SAM's two gradients are of one batch. */
function walked<S extends { readonly progress: Progress }>(
  optimizer: Optimizer<S>,
  { landscape, start, gradientNoise, seed }: PathSettings,
): Path {
  const { objective } = landscapes[landscape];
  const key = randomKey(seed, "gradient-noise");
  const path: Path = {
    xs: new Float64Array(numGradients + 1),
    ys: new Float64Array(numGradients + 1),
    gradientXs: new Float64Array(numGradients),
    gradientYs: new Float64Array(numGradients),
  };
  const [gradient, noise] = [new Float64Array(2), new Float64Array(2)];
  let state = optimizer.init(Float64Array.from(start));
  [path.xs[0], path.ys[0]] = start;
  let batch = 0;
  for (let k = 0; k < numGradients; k++) {
    const point = optimizer.gradientPoint(state);
    [path.gradientXs[k], path.gradientYs[k]] = point as unknown as [number, number];
    objective.valueAndGradientAt(point, gradient);
    if (optimizer.needsNewBatch?.(state) ?? true) normalInto(noise, { key, stream: 0, step: batch++ });
    for (let i = 0; i < 2; i++) gradient[i]! += gradientNoise * noise[i]!;
    state = optimizer.step(gradient, state);
    [path.xs[k + 1], path.ys[k + 1]] = optimizer.evalPoint(state) as unknown as [number, number];
  }
  return path;
}
