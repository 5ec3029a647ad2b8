/**
 * One replica of Parle, which exchanges its averages with the others once every L gradients.
 *
 * @see Chaudhari et al. 2017, "Parle: parallelizing stochastic gradient descent" (arXiv:1707.00424)
 */
import type { DirectionState } from "../directions/direction.ts";
import { rangeError } from "../errors.ts";
import { copyIn } from "../memory.ts";
import { checkedOptions } from "../options.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import type { CoupledOptimizer, LocalEntropyProgress, ScalarOrSchedule, Vector, VectorOf } from "../types.ts";
import { checkVector, defineOptimizer } from "./defineOptimizer.ts";
import {
  innerStep,
  type LocalEntropyParts,
  type LocalEntropyState,
  outerMove,
  outerStep,
  startLocalEntropy,
} from "./localEntropySteps.ts";
import { type ParleReplicaOptions, parleReplicaDefaults, parleReplicaTable, replicaParts } from "./parleOptions.ts";
import { type SavedOptions, savedOptions } from "./savedOptions.ts";

/** What `parleReplica` remembers; plain data, vectors of shape (n,). */
export type ParleReplicaState = {
  readonly kind: "parle-replica";
  /** The options under which it goes on. */
  readonly options: SavedOptions;
  readonly progress: LocalEntropyProgress;
  /** xᵃ, x' and μ = zᵃ of this replica. */
  readonly own: LocalEntropyState;
  readonly centre: Centre;
};

/** The mean X of the points xᵃ of all replicas. */
export type Centre = {
  readonly params: Vector;
  readonly outer: DirectionState;
};

/**
 * One replica of Parle: Entropy-SGD whose outer step is pulled to the mean of all replicas' averages too.
 *
 *   x', zᵃ ← xᵃ;  L times a step of Entropy-SGD:  x' ← x' − η'(∇f(x') − γ(xᵃ − x')) + noise;  zᵃ ← (1 − α)zᵃ + αx'
 *   exchange:  x ← mean of the zᵃ that are there
 *   xᵃ ← xᵃ − η[(xᵃ − zᵃ) + ρ(xᵃ − x)];   X ← X − η(1 + ρ)(X − x)
 *
 * `contribution(state)` is zᵃ once the inner loop has ended; `couple(x, state)` makes the outer step. A gradient between
 * them is refused. X is the mean of all xᵃ, kept without a further exchange: exactly while all replicas see the same x.
 * It is the evaluation point. With ρ = 0 and its own zᵃ as x this is `entropySgd`, bit for bit.
 *
 * Cost: L gradients per outer step, two passes more than `entropySgd`; memory 5n, n more for each momentum (two for the
 * outer one). Randomness: the noise is a function of (seed, replica, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { outerStep, parleReplica } from "entropy-sgd";
 * const optimizer = parleReplica({ scope: 0, noise: 0, innerSteps: 1, averaging: 1, momentum: 0, innerLearningRate: 0.5, coupling: 1 });
 * let state = optimizer.step(new Float64Array([2]), optimizer.init(new Float64Array([3]))); // z = 3 − 0.5·2
 * state = optimizer.couple(new Float64Array([4]), state); // 3 − (3 − 2) − (3 − 4)
 * optimizer.gradientPoint(state)[0]; // => 3
 * ```
 */
export function parleReplica(options: ParleReplicaOptions): CoupledOptimizer<ParleReplicaState> {
  const where = "parleReplica";
  const checked = checkedOptions(where, parleReplicaTable, parleReplicaDefaults, options);
  const saved = savedOptions(parleReplicaTable, checked);
  const parts = replicaParts(where, checked, saved, checked.replica);
  const { innerSteps, coupling } = checked;
  const isWaiting = ({ progress }: ParleReplicaState): boolean => progress.innerStep >= innerSteps;
  const optimizer = defineOptimizer<ParleReplicaState>(where, {
    innerSteps,
    init(params, memory) {
      const own = startLocalEntropy(parts, params, memory);
      const centre = { params: copyIn(memory, params), outer: parts.options.outer.init(params, memory) };
      return { kind: "parle-replica", options: saved, progress: own.progress, own, centre };
    },
    gradientPoint: ({ own }) => own.innerParams,
    evalPoint: ({ centre }) => centre.params,
    step(gradient, state) {
      if (isWaiting(state))
        throw rangeError(where, "gradient", "must not come before the coupling of the inner loop that has ended");
      const own = innerStep(parts, gradient, state.own);
      return { ...state, progress: own.progress, own };
    },
  });
  return {
    ...optimizer,
    // As in `defineOptimizer`, states have vectors of one type.
    contribution: <T extends ParleReplicaState>(state: T) =>
      isWaiting(state) ? (state.own.innerMean as VectorOf<T>) : null,
    couple(mean, state) {
      if (!isWaiting(state)) throw rangeError(where, "mean", "must come when an inner loop has ended");
      checkVector(where, "mean", mean, state.centre.params);
      return { ...state, ...coupled(parts, coupling, mean, state) };
    },
  };
}

function coupled(
  parts: LocalEntropyParts,
  coupling: ScalarOrSchedule,
  toward: Vector,
  { own, centre }: Pick<ParleReplicaState, "own" | "centre">,
): Pick<ParleReplicaState, "own" | "centre" | "progress"> {
  const strength = scheduledValue(coupling, own.progress.outerSteps);
  const moved = movedCentre(parts, strength, toward, centre, own.progress);
  const next = outerStep(parts, own, { strength, toward });
  return { own: next, centre: moved, progress: next.progress };
}

/** The outer steps of all replicas, averaged: X − η(1 + ρ)(X − x). */
export function movedCentre(
  parts: LocalEntropyParts,
  strength: number,
  toward: Vector,
  { params, outer }: Centre,
  progress: LocalEntropyProgress,
): Centre {
  const points = { params, anchor: toward, ignored: toward, strength: 1 + strength };
  return { params, outer: outerMove(parts, points, outer, progress) };
}
