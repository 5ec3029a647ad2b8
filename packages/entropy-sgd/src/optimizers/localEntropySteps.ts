/** The steps of local-entropy descent: the inner one of each gradient, the outer one after each inner loop. */
import {
  type Direction,
  type DirectionState,
  decayTerms,
  plainTerms,
  resetDirection,
  type Segment,
} from "../directions/direction.ts";
import { checkGroupsFit, segmentsOf, squaredNormOver } from "../directions/segments.ts";
import { squaredDistance, squaredNorm } from "../kernels/norms.ts";
import { copyIn } from "../memory.ts";
import { isMeasuredSchedule } from "../options.ts";
import type { RandomKey } from "../random/philox.ts";
import { randomKey } from "../random/randomKey.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import { startProgress } from "../state/progress.ts";
import type { LocalEntropyProgress, Vector, VectorMemory } from "../types.ts";
import type { LocalEntropyOptions } from "./localEntropyOptions.ts";
import { noiseDeviation } from "./noiseDeviation.ts";
import type { SavedOptions } from "./savedOptions.ts";

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

/** What all steps of one optimizer read. */
export interface LocalEntropyParts {
  readonly where: string;
  readonly options: Required<LocalEntropyDescentOptions>;
  readonly saved: SavedOptions;
  readonly innerSegments: readonly Segment[];
  readonly outerSegments: readonly Segment[];
  /** Of the noise. */
  readonly key: RandomKey;
}

/** A further pull of the outer step, as that of replicas to their mean x̄: ρ(x − x̄). */
export interface Pull {
  /** ρ, where the pull to μ is 1. */
  readonly strength: number;
  /** x̄, shape (n,). */
  readonly toward: Vector;
}

/** The parts of an optimizer with the name `where` for messages. @param path - what its noise depends on beside the seed */
export function localEntropyParts(
  where: string,
  options: Required<LocalEntropyDescentOptions>,
  saved: SavedOptions,
  path: readonly (string | number)[] = [],
): LocalEntropyParts {
  const { groups, seed } = options;
  return {
    ...{ where, options, saved },
    innerSegments: segmentsOf(where, groups, "innerLearningRateFactor"),
    outerSegments: segmentsOf(where, groups, "learningRateFactor"),
    key: randomKey(seed, "langevin", ...path),
  };
}

/** The state before the first step. */
export function startLocalEntropy(
  { where, options, saved }: LocalEntropyParts,
  params: Vector,
  memory: VectorMemory,
): LocalEntropyState {
  checkGroupsFit(where, options.groups, params.length);
  const first = isMeasuredSchedule(options.scope) ? { measuredScope: options.scope.initial } : {};
  const { scope, learningRate } = ratesAt(options, 0, first);
  return {
    kind: "local-entropy",
    options: saved,
    progress: { ...startProgress(learningRate), scope, distance: null, localEntropyGradientNorm: null },
    ...first,
    params: copyIn(memory, params),
    innerParams: copyIn(memory, params),
    innerMean: copyIn(memory, params),
    inner: options.inner.init(params, memory),
    outer: options.outer.init(params, memory),
  };
}

function ratesAt(
  { scope, scoping, scopeStart, learningRate }: Required<LocalEntropyDescentOptions>,
  outerSteps: number,
  { measuredScope }: { readonly measuredScope?: number },
) {
  return {
    scope: isMeasuredSchedule(scope)
      ? (measuredScope ?? scope.initial)
      : scheduledValue(scope, scoping ? outerSteps + scopeStart : 0),
    learningRate: scheduledValue(learningRate, outerSteps),
  };
}

/** One Langevin step. The last of an inner loop leaves `progress.innerStep` at L and the norms of the loop. */
export function innerStep(
  { options, innerSegments, key }: LocalEntropyParts,
  gradient: Vector,
  state: LocalEntropyState,
): LocalEntropyState {
  const { params, innerParams, innerMean, progress } = state;
  const { gradients, outerSteps } = progress;
  const rates = ratesAt(options, outerSteps, state);
  const learningRate = scheduledValue(options.innerLearningRate, outerSteps);
  const inner = options.inner.stepInto(
    { params: innerParams, anchor: params, mean: innerMean },
    gradient,
    state.inner,
    {
      ...plainTerms,
      ...decayTerms(options.weightDecay, options.weightDecayPlacement),
      ...(options.forcePlacement === "inside" ? { insideForce: rates.scope } : { outsideForce: rates.scope }),
      learningRate,
      noise: noiseDeviation(options, learningRate, outerSteps),
      averaging: options.averaging,
      draw: { key, stream: 0, step: gradients },
      segments: innerSegments,
    },
  );
  const counts = { gradients: gradients + 1, innerStep: progress.innerStep + 1 };
  const isLast = counts.innerStep >= options.innerSteps;
  const norms = isLast && {
    distance: Math.sqrt(squaredDistance(innerParams, params)),
    localEntropyGradientNorm: rates.scope * Math.sqrt(squaredDistance(params, innerMean)),
    gradientNorm: Math.sqrt(squaredNormOver(innerSegments, gradient)),
  };
  return { ...state, progress: { ...progress, ...counts, ...rates, ...norms }, inner };
}

/** The outer step after an inner loop; writes to μ. */
export function outerStep(parts: LocalEntropyParts, state: LocalEntropyState, pull?: Pull): LocalEntropyState {
  const { params, innerParams, innerMean, progress } = state;
  const following = nextScope(parts.options, state);
  if (pull !== undefined) moveToward(innerMean, pull);
  const strength = 1 + (pull?.strength ?? 0);
  const outer = outerMove(parts, { params, anchor: innerMean, ignored: innerParams, strength }, state.outer, progress);
  innerParams.set(params);
  innerMean.set(params);
  return {
    ...state,
    ...following,
    progress: { ...progress, innerStep: 0, outerSteps: progress.outerSteps + 1 },
    inner: resetDirection(state.inner),
    outer,
  };
}

/** A pull of 1 to μ and one of ρ to x̄ are one of 1 + ρ to μ + ρ/(1 + ρ)·(x̄ − μ). */
function moveToward(mean: Vector, { strength, toward }: Pull): void {
  const share = strength / (1 + strength);
  for (let i = 0; i < mean.length; i++) mean[i] += share * (toward[i] - mean[i]);
}

/**
 * The outer move of a point by the pull to its anchor alone, so it needs no vector for their difference.
 *
 * @param ignored - any vector of this length: it stands where moves have gradients
 */
export function outerMove(
  { options, outerSegments, key }: LocalEntropyParts,
  { params, anchor, ignored, strength }: { params: Vector; anchor: Vector; ignored: Vector; strength: number },
  outer: DirectionState,
  { scope, learningRate, outerSteps }: LocalEntropyProgress,
): DirectionState {
  return options.outer.stepInto({ params, anchor, mean: null }, ignored, outer, {
    ...plainTerms,
    learningRate,
    gradientScale: 0,
    insideDecay: options.outerWeightDecay ? options.weightDecay : 0,
    insideForce: (options.scaleByScope ? scope : 1) * strength,
    draw: { key, stream: 1, step: outerSteps },
    segments: outerSegments,
  });
}

/** What a measured schedule makes of the norms of an outer step, before x moves; nothing for other scopes. */
function nextScope(
  { scope, scoping, innerLearningRate }: Required<LocalEntropyDescentOptions>,
  { params, progress }: LocalEntropyState,
): { readonly measuredScope?: number } {
  if (!isMeasuredSchedule(scope)) return {};
  if (!scoping) return { measuredScope: scope.initial };
  const { distance, localEntropyGradientNorm, gradientNorm, outerSteps } = progress;
  const measured = {
    // Set since the inner loop has ended.
    distance: distance ?? 0,
    localEntropyGradientNorm: localEntropyGradientNorm ?? 0,
    gradientNorm,
    weightNorm: Math.sqrt(squaredNorm(params)),
    innerLearningRate: scheduledValue(innerLearningRate, outerSteps),
  };
  return { measuredScope: scope.next(progress.scope, measured) };
}
