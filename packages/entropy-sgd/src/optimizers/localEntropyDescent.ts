/**
 * Descent on negative local entropy: the general form of Entropy-SGD and Entropy-Adam.
 *
 * @see Chaudhari et al. 2017, "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys" (arXiv:1611.01838), Algorithm 1
 */

import {
  type Direction,
  type DirectionState,
  decayTerms,
  plainTerms,
  resetDirection,
  type Segment,
} from "../directions/direction.ts";
import { uncheckedMomentum } from "../directions/momentum.ts";
import { checkGroupsFit, segmentsOf, squaredNormOver } from "../directions/segments.ts";
import { squaredDistance, squaredNorm } from "../kernels/norms.ts";
import { copyIn } from "../memory.ts";
import { checkedOptions, directionOption, isMeasuredSchedule, type OptionTable } from "../options.ts";
import type { RandomKey } from "../random/philox.ts";
import { randomKey } from "../random/randomKey.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import { startProgress } from "../state/progress.ts";
import type { LocalEntropyProgress, Optimizer, OuterMeasurement, Vector, VectorMemory } from "../types.ts";
import { defineOptimizer } from "./defineOptimizer.ts";
import { type LocalEntropyOptions, localEntropyDefaults, localEntropyTable } from "./localEntropyOptions.ts";
import { noiseDeviation } from "./noiseDeviation.ts";
import { type SavedOptions, savedOptions } from "./savedOptions.ts";

/** Options of `localEntropyDescent`. */
export interface LocalEntropyDescentOptions extends LocalEntropyOptions {
  /** The inner move, fed with ∇f(x'); its memory is zeroed at each outer step. Default Nesterov momentum 0.9. */
  readonly inner?: Direction;
  /** The outer move, fed with x − μ; its memory persists. Default plain. */
  readonly outer?: Direction;
}

/** What `localEntropyDescent` remembers; plain data, vectors of shape (n,). */
export type LocalEntropyState = {
  readonly kind: "local-entropy";
  /** The options under which it goes on. */
  readonly options: SavedOptions;
  readonly progress: LocalEntropyProgress;
  /** γ of the outer step under way, where a measured schedule sets it; absent otherwise. */
  readonly measuredScope?: number;
  /** x. */
  readonly params: Vector;
  /** x'. */
  readonly innerParams: Vector;
  /** μ. */
  readonly innerMean: Vector;
  readonly inner: DirectionState;
  readonly outer: DirectionState;
};

const table: OptionTable<LocalEntropyDescentOptions> = {
  inner: directionOption("The inner move; its memory is zeroed at each outer step."),
  outer: directionOption("The outer move along x − μ; its memory persists."),
  ...localEntropyTable,
};

/**
 * Local-entropy descent: L Langevin steps x' around x, whose average μ gives the outer step x ← x − η(x − μ).
 *
 *   x', μ ← x
 *   L times:  x' ← x' − η'·D(∇f(x') + λx' − γ(x − x')) + s·N(0, I);   μ ← (1 − α)μ + αx'
 *   x ← x − η·D'(x − μ)
 *
 * D is `inner`, D' is `outer`; force and decay can act outside D. −∇F = γ(x − ⟨x'⟩) is the gradient of negative local
 * entropy; `scaleByScope` keeps its γ, as line 7 is printed.
 *
 * Cost: L gradients per outer step, one fused pass per gradient and six more per outer step, seven with a measured scope; memory 3n and what the
 * directions keep. Randomness: with noise, one normal per weight and gradient, a function of (seed, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { localEntropyDescent, momentum } from "entropy-sgd";
 * const optimizer = localEntropyDescent({
 *   inner: momentum({ momentum: 0 }), innerSteps: 1, innerLearningRate: 0.25, averaging: 1, noise: 0, scope: 0,
 * });
 * const state = optimizer.step(new Float64Array([4]), optimizer.init(new Float64Array([3])));
 * optimizer.evalPoint(state)[0]; // one inner step, x = μ = 3 − 0.25·4 => 2
 * ```
 */
export function localEntropyDescent(options: LocalEntropyDescentOptions): Optimizer<LocalEntropyState> {
  const directions = {
    // Chaudhari et al. 2017, section 5: Nesterov momentum 0.9 inside; Algorithm 1, line 7: a plain outer step.
    inner: uncheckedMomentum({ momentum: 0.9, nesterov: true }),
    outer: uncheckedMomentum({ momentum: 0, nesterov: false }),
  };
  const defaults = { ...localEntropyDefaults, ...directions };
  const checked = checkedOptions("localEntropyDescent", table, defaults, options);
  return uncheckedLocalEntropyDescent("localEntropyDescent", checked, savedOptions(table, checked));
}

/**
 * `localEntropyDescent` for factories that have checked the options under their own name, `where`, and keep them as
 * `saved`.
 */
export function uncheckedLocalEntropyDescent(
  where: string,
  options: Required<LocalEntropyDescentOptions>,
  saved: SavedOptions,
): Optimizer<LocalEntropyState> {
  const { inner, outer, innerSteps, groups } = options;
  const parts: Parts = {
    options,
    innerSegments: segmentsOf(where, groups, "innerLearningRateFactor"),
    outerSegments: segmentsOf(where, groups, "learningRateFactor"),
    key: randomKey(options.seed, "langevin"),
  };
  const { scope: given } = options;
  const first = isMeasuredSchedule(given) ? { measuredScope: given.initial } : {};
  const ratesAt = (outerSteps: number, { measuredScope }: { readonly measuredScope?: number }) => ({
    scope: isMeasuredSchedule(given)
      ? (measuredScope ?? given.initial)
      : scheduledValue(given, options.scoping ? outerSteps + options.scopeStart : 0),
    learningRate: scheduledValue(options.learningRate, outerSteps),
  });
  return defineOptimizer<LocalEntropyState>(where, {
    innerSteps,
    init(params: Vector, memory: VectorMemory): LocalEntropyState {
      checkGroupsFit(where, groups, params.length);
      const { scope, learningRate } = ratesAt(0, first);
      return {
        kind: "local-entropy",
        options: saved,
        progress: { ...startProgress(learningRate), scope, distance: null, localEntropyGradientNorm: null },
        ...first,
        params: copyIn(memory, params),
        innerParams: copyIn(memory, params),
        innerMean: copyIn(memory, params),
        inner: inner.init(params, memory),
        outer: outer.init(params, memory),
      };
    },
    gradientPoint: (state) => state.innerParams,
    evalPoint: (state) => state.params,
    step(gradient: Vector, state: LocalEntropyState): LocalEntropyState {
      const { progress } = state;
      const rates = ratesAt(progress.outerSteps, state);
      const moved = innerStep(parts, gradient, state, rates.scope);
      const counts = { gradients: progress.gradients + 1, innerStep: progress.innerStep + 1 };
      const next = { ...state, progress: { ...progress, ...counts, ...rates }, inner: moved };
      return next.progress.innerStep >= innerSteps ? outerStep(parts, gradient, next) : next;
    },
  });
}

/** What all steps of one optimizer read. */
interface Parts {
  readonly options: Required<LocalEntropyDescentOptions>;
  readonly innerSegments: readonly Segment[];
  readonly outerSegments: readonly Segment[];
  readonly key: RandomKey;
}

function innerStep(
  { options, innerSegments, key }: Parts,
  gradient: Vector,
  { params, innerParams, innerMean, inner, progress }: LocalEntropyState,
  scope: number,
): DirectionState {
  const { gradients, outerSteps } = progress;
  const learningRate = scheduledValue(options.innerLearningRate, outerSteps);
  return options.inner.stepInto({ params: innerParams, anchor: params, mean: innerMean }, gradient, inner, {
    ...plainTerms,
    ...decayTerms(options.weightDecay, options.weightDecayPlacement),
    ...(options.forcePlacement === "inside" ? { insideForce: scope } : { outsideForce: scope }),
    learningRate,
    noise: noiseDeviation(options, learningRate, outerSteps),
    averaging: options.averaging,
    draw: { key, stream: 0, step: gradients },
    segments: innerSegments,
  });
}

/** The outer move is a move of x by the pull toward μ alone, so it needs no vector for x − μ. */
function outerStep(
  { options, innerSegments, outerSegments, key }: Parts,
  gradient: Vector,
  state: LocalEntropyState,
): LocalEntropyState {
  const { params, innerParams, innerMean, progress } = state;
  const { scope, learningRate, outerSteps } = progress;
  const norms = {
    distance: Math.sqrt(squaredDistance(innerParams, params)),
    localEntropyGradientNorm: scope * Math.sqrt(squaredDistance(params, innerMean)),
    gradientNorm: Math.sqrt(squaredNormOver(innerSegments, gradient)),
  };
  const following = nextScope(options, norms, state);
  const moved = options.outer.stepInto({ params, anchor: innerMean, mean: null }, innerParams, state.outer, {
    ...plainTerms,
    learningRate,
    gradientScale: 0,
    insideDecay: options.outerWeightDecay ? options.weightDecay : 0,
    insideForce: options.scaleByScope ? scope : 1,
    draw: { key, stream: 1, step: outerSteps },
    segments: outerSegments,
  });
  innerParams.set(params);
  innerMean.set(params);
  return {
    ...state,
    ...following,
    progress: { ...progress, ...norms, innerStep: 0, outerSteps: outerSteps + 1 },
    inner: resetDirection(state.inner),
    outer: moved,
  };
}

/** What a measured schedule makes of the norms of an outer step, before x moves; nothing for other scopes. */
function nextScope(
  { scope, scoping, innerLearningRate }: Required<LocalEntropyDescentOptions>,
  norms: Omit<OuterMeasurement, "weightNorm" | "innerLearningRate">,
  { params, progress }: LocalEntropyState,
): { readonly measuredScope?: number } {
  if (!isMeasuredSchedule(scope)) return {};
  if (!scoping) return { measuredScope: scope.initial };
  const rate = scheduledValue(innerLearningRate, progress.outerSteps);
  const measured = { ...norms, weightNorm: Math.sqrt(squaredNorm(params)), innerLearningRate: rate };
  return { measuredScope: scope.next(progress.scope, measured) };
}
