/**
 * Parle: replicas of Entropy-SGD that are pulled to the mean of their averages.
 *
 * @see Chaudhari et al. 2017, "Parle: parallelizing stochastic gradient descent" (arXiv:1707.00424)
 */
import { meanInto } from "../meanInto.ts";
import { copyIn } from "../memory.ts";
import { checkedOptions } from "../options.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import type { LocalEntropyProgress, Optimizer, ScalarOrSchedule, Vector } from "../types.ts";
import { defineOptimizer } from "./defineOptimizer.ts";
import {
  innerStep,
  type LocalEntropyParts,
  type LocalEntropyState,
  outerStep,
  startLocalEntropy,
} from "./localEntropySteps.ts";
import { type ParleOptions, parleDefaults, parleTable, replicaParts } from "./parleOptions.ts";
import { type Centre, movedCentre } from "./parleReplica.ts";
import { type SavedOptions, savedOptions } from "./savedOptions.ts";

/** What `parle` remembers; plain data, vectors of shape (n,). */
export type ParleState = {
  readonly kind: "parle";
  /** The options under which it goes on. */
  readonly options: SavedOptions;
  /** Gradients and inner steps of all replicas together; norms are means over them. */
  readonly progress: LocalEntropyProgress;
  readonly replicas: readonly LocalEntropyState[];
  /** x, the mean of the replicas' averages at the last outer step. */
  readonly mean: Vector;
  readonly centre: Centre;
};

/**
 * Parle in one process: n replicas of Entropy-SGD take turns, gradient by gradient, each with its own mini-batches.
 *
 *   L times, for each replica a:  a step of Entropy-SGD from x'ᵃ around xᵃ;  zᵃ averages x'ᵃ
 *   x ← mean of zᵃ;   xᵃ ← xᵃ − η[(xᵃ − zᵃ) + ρ(xᵃ − x)];   X ← X − η(1 + ρ)(X − x)
 *
 * X, the evaluation point, is the mean of the xᵃ. n = 1 with ρ = 0 is `entropySgd` bit for bit; L = 1 with γ = 0 is
 * `elasticSgd`. On several threads or machines each replica is a `parleReplica`.
 *
 * Cost: n·L gradients per outer step; memory (4 + m)·n vectors and 2, where m counts the momenta in use. Randomness: the
 * noise is a function of (seed, replica, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { outerStep, parle } from "entropy-sgd";
 * const optimizer = parle({ replicas: 2, scope: 1e-2, innerSteps: 5, seed: 0 });
 * let state = optimizer.init(new Float64Array([5, -4]));
 * for (let t = 0; t < 20; t++) state = outerStep(optimizer, state, (x) => x.map((value) => 3 * (value - 2)));
 * [optimizer.innerSteps, ...Array.from(optimizer.evalPoint(state), (value) => value.toFixed(1))]; // => [10, "2.0", "2.0"]
 * ```
 */
export function parle(options: ParleOptions): Optimizer<ParleState> {
  const checked = checkedOptions("parle", parleTable, parleDefaults, options);
  return uncheckedParle("parle", checked, savedOptions(parleTable, checked));
}

/** `parle` for factories that have checked the options under their own name, `where`, and keep them as `saved`. */
export function uncheckedParle(
  where: string,
  options: Required<ParleOptions>,
  saved: SavedOptions,
): Optimizer<ParleState> {
  const { replicas: count, coupling } = options;
  const parts = Array.from({ length: count }, (_, replica) => replicaParts(where, options, saved, replica));
  const innerSteps = count * options.innerSteps;
  return defineOptimizer<ParleState>(where, {
    innerSteps,
    init(params, memory) {
      const replicas = parts.map((part) => startLocalEntropy(part, params, memory));
      const centre = { params: copyIn(memory, params), outer: parts[0].options.outer.init(params, memory) };
      const [{ progress }] = replicas;
      return { kind: "parle", options: saved, progress, replicas, mean: copyIn(memory, params), centre };
    },
    gradientPoint: ({ replicas, progress }) => replicas[progress.gradients % count].innerParams,
    evalPoint: ({ centre }) => centre.params,
    step(gradient, state) {
      const turn = state.progress.gradients % count;
      const replicas = state.replicas.map((own, a) => (a === turn ? innerStep(parts[a], gradient, own) : own));
      const next = withProgress({ ...state, replicas }, turn);
      return next.progress.innerStep >= innerSteps ? coupled(parts, coupling, next) : next;
    },
  });
}

/** Counts over all replicas; rates of the one that has moved. */
function withProgress(state: ParleState, turn: number): ParleState {
  const { gradients, innerStep: steps } = state.progress;
  const { scope, learningRate } = state.replicas[turn].progress;
  const progress = { ...state.progress, gradients: gradients + 1, innerStep: steps + 1, scope, learningRate };
  return { ...state, progress };
}

function coupled(parts: readonly LocalEntropyParts[], coupling: ScalarOrSchedule, state: ParleState): ParleState {
  const { mean, progress } = state;
  const toward = meanInto(
    mean,
    state.replicas.map(({ innerMean }) => innerMean),
  );
  const strength = scheduledValue(coupling, progress.outerSteps);
  const centre = movedCentre(parts[0], strength, toward, state.centre, progress);
  const norms = meanNorms(state.replicas);
  const replicas = state.replicas.map((own, a) => outerStep(parts[a], own, { strength, toward }));
  const counts = { innerStep: 0, outerSteps: progress.outerSteps + 1 };
  return { ...state, replicas, centre, progress: { ...progress, ...norms, ...counts } };
}

function meanNorms(replicas: readonly LocalEntropyState[]) {
  const mean = (read: (progress: LocalEntropyProgress) => number | null): number =>
    replicas.reduce((sum, { progress }) => sum + (read(progress) ?? 0), 0) / replicas.length;
  return {
    distance: mean(({ distance }) => distance),
    localEntropyGradientNorm: mean(({ localEntropyGradientNorm }) => localEntropyGradientNorm),
    gradientNorm: mean(({ gradientNorm }) => gradientNorm),
  };
}
