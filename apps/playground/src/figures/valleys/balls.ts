/** Two balls on the landscape, by the library's optimizers: SGD, and Entropy-SGD with the cloud of its inner loop. */
import { entropySgd, sgd } from "entropy-sgd";
import { normalInto, randomKey } from "entropy-sgd/random";
import { gridDensity } from "entropy-sgd/sampling";
import { slopeOf } from "./landscape.ts";

/** Deviation of the mini-batch noise on every slope, in loss per point. The slopes of the valleys are up to 0.09. */
const batchNoise = 0.05;

const sgdLearningRate = 4;

/** Upper bound of f'' in the landscapes. */
const curvature = 0.0113;

/** Inner points of the cloud that is shown. */
const numShown = 160;

/** The inner loop of Entropy-SGD at a scope. */
export interface InnerLoop {
  readonly learningRate: number;
  readonly steps: number;
}

/**
 * η' is a quarter of 2/(f'' + γ), where the chain would diverge. L is twice the 1/(η'γ) steps in which it crosses its neighbourhood, at
 * least 20 and at most 800.
 */
export function innerLoopAt(gamma: number): InnerLoop {
  const learningRate = 0.5 / (gamma + curvature);
  return { learningRate, steps: Math.min(800, Math.max(20, Math.ceil(2 / (learningRate * gamma)))) };
}

/** Where the balls are. */
export interface Snapshot {
  readonly sgd: number;
  /** x of Entropy-SGD, and the mean μ of its inner points. */
  readonly entropy: number;
  readonly mean: number;
  /** The last inner points x'. */
  readonly cloud: Float64Array;
  /** Gradients that each of both took. */
  readonly gradients: number;
  readonly outerSteps: number;
  /** exp(−f(x') − (γ/2)(x − x')²), normalised over the points 0 … 999. */
  readonly density: Float64Array;
}

/** A pair of balls. */
export interface Balls {
  /** Goes on for a share of an outer step, or several; a new γ holds from the next outer step on. */
  advance(gamma: number, outerSteps: number): void;
  /** Goes on to the end of the outer step. */
  finishOuterStep(gamma: number): void;
  /** The balls stay where they are. */
  changeLandscape(loss: Float64Array): void;
  snapshot(gamma: number): Snapshot;
}

/** Both balls at `start`. Randomness: a function of the seed and the scopes. */
export function newBalls(seed: number, loss: Float64Array, start: number): Balls {
  let [heights, slopeAt] = [loss, slopeOf(loss)];
  const noises = [batchNoises(seed, 0), batchNoises(seed, 1)] as const;
  const descent = sgd({ learningRate: sgdLearningRate });
  let descending = descent.init(Float64Array.of(start));
  let inner = innerLoopAt(1);
  let explorer = explorerAt(1, seed, 0);
  let exploring = explorer.init(Float64Array.of(start));
  let [gradients, outerSteps, innerStep] = [0, 0, 0];
  const cloud: number[] = [];

  const beginOuterStep = (gamma: number): void => {
    inner = innerLoopAt(gamma);
    const x = explorer.evalPoint(exploring);
    explorer = explorerAt(gamma, seed, outerSteps);
    exploring = explorer.init(x);
  };
  const gradient = (): void => {
    const [down, around] = [descent.gradientPoint(descending)[0]!, explorer.gradientPoint(exploring)[0]!];
    descending = descent.step(Float64Array.of(slopeAt(down) + noises[0](gradients)), descending);
    const slope = slopeAt(around) + noises[1](gradients);
    exploring = explorer.step(Float64Array.of(slope), exploring);
    gradients++;
    innerStep = (innerStep + 1) % inner.steps;
    if (innerStep === 0) outerSteps++;
    else if (innerStep % Math.ceil(inner.steps / numShown) === 0) cloud.push(exploring.innerParams[0]!);
    if (cloud.length > numShown) cloud.shift();
  };
  const take = (gamma: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      if (innerStep === 0) beginOuterStep(gamma);
      gradient();
    }
  };
  return {
    advance: (gamma, share) => take(gamma, Math.max(1, Math.round(share * innerLoopAt(gamma).steps))),
    finishOuterStep: (gamma) => take(gamma, (innerStep === 0 ? innerLoopAt(gamma) : inner).steps - innerStep),
    changeLandscape(changed) {
      [heights, slopeAt] = [changed, slopeOf(changed)];
    },
    snapshot(gamma) {
      const entropy = explorer.evalPoint(exploring)[0]!;
      return {
        sgd: descent.evalPoint(descending)[0]!,
        entropy,
        mean: exploring.innerMean[0]!,
        cloud: Float64Array.from(cloud),
        gradients,
        outerSteps,
        density: gibbsAround(heights, entropy, gamma),
      };
    },
  };
}

/** Entropy-SGD without momentum, x ← μ, at temperature 1: then x' follows the density that the figure shows. */
function explorerAt(gamma: number, seed: number, outerStep: number) {
  const { learningRate, steps } = innerLoopAt(gamma);
  return entropySgd({
    scope: gamma,
    learningRate: 1,
    innerLearningRate: learningRate,
    innerSteps: steps,
    averaging: 2 / (steps + 1),
    momentum: 0,
    temperature: 1,
    // Each outer step is an optimizer of its own, since γ may have changed: its noise too.
    seed: seed * 2 ** 32 + outerStep,
  });
}

function gibbsAround(loss: Float64Array, x: number, gamma: number): Float64Array {
  const logDensity = (point: number): number => -loss[point]! - (gamma / 2) * (x - point) ** 2;
  return Float64Array.from(gridDensity(logDensity, { low: 0, high: loss.length - 1, numPoints: loss.length }).values);
}

/** The noise on the i-th gradient, drawn in blocks. */
function batchNoises(seed: number, stream: number): (i: number) => number {
  const block = new Float32Array(1024);
  const key = randomKey(seed, "mini-batch");
  let drawn = -1;
  return (i) => {
    const step = Math.floor(i / block.length);
    if (step !== drawn) normalInto(block, { key, stream, step });
    drawn = step;
    return batchNoise * block[i % block.length]!;
  };
}
