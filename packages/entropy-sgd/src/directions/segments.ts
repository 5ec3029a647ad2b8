/**
 * Parameter groups by ranges of the flat layout, and the segments that moves work through.
 */
import { rangeError } from "../errors.ts";
import { squaredNorm } from "../kernels/norms.ts";
import { booleanOption, checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import type { Vector } from "../types.ts";
import type { Segment, StepTerms } from "./direction.ts";

/**
 * A range [start, end) of the flat parameter vector with its own treatment.
 *
 * Where ranges overlap their treatments add up: frozen if one freezes, exempt if one exempts, factors multiplied.
 */
export type ParameterGroup = {
  readonly start: number;
  readonly end: number;
  /** false exempts the range from weight decay of every placement. */
  readonly weightDecay?: boolean;
  /** true keeps the range where it is: no step, no decay, no noise. */
  readonly frozen?: boolean;
  /** Multiplies `learningRate`; for Entropy-SGD the outer one. */
  readonly learningRateFactor?: number;
  /** Multiplies `innerLearningRate` (the noise then scales by its root, which keeps the temperature). */
  readonly innerLearningRateFactor?: number;
};

/** The rules of a parameter group. */
export const groupTable: OptionTable<ParameterGroup> = {
  start: integerOption("[0, ∞)", "First element of the range."),
  end: integerOption("[1, ∞)", "Element after the last."),
  weightDecay: booleanOption("Whether weight decay acts on the range."),
  frozen: booleanOption("Whether the range never moves."),
  learningRateFactor: numberOption("[0, ∞)", "Multiplies learningRate."),
  innerLearningRateFactor: numberOption("[0, ∞)", "Multiplies innerLearningRate."),
};

/** A group without further options treats its range like the rest. */
export const groupDefaults: Required<Omit<ParameterGroup, "start" | "end">> = {
  weightDecay: true,
  frozen: false,
  learningRateFactor: 1,
  innerLearningRateFactor: 1,
};

/** Which factor of a group scales the rate of a move. */
export type RateFactor = "learningRateFactor" | "innerLearningRateFactor";

/**
 * The segments of a list of groups, in order, frozen ones left out; the last one is open-ended.
 *
 * Cost: quadratic in the number of groups, once per optimizer.
 * @throws TypeError or RangeError that names the group and the rule it breaks
 */
export function segmentsOf(where: string, groups: readonly ParameterGroup[], factor: RateFactor): readonly Segment[] {
  const resolved = Array.from(groups, (group, index) => {
    const place = `groups[${index}]`;
    const full = checkedOptions(where, groupTable, groupDefaults, group, place);
    if (full.end > full.start) return full;
    throw rangeError(where, `${place}.end`, `must be above start ${full.start}`, full.end);
  });
  const edges = [...new Set([0, ...resolved.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  return edges.flatMap((start, index) => {
    const end = edges[index + 1] ?? Number.POSITIVE_INFINITY;
    const covering = resolved.filter((group) => group.start <= start && end <= group.end);
    if (covering.some(({ frozen }) => frozen)) return [];
    const decays = covering.every(({ weightDecay }) => weightDecay);
    const rateFactor = covering.reduce((product, group) => product * group[factor], 1);
    return [{ start, end, decays, rateFactor }];
  });
}

/**
 * Checks that the groups fit a vector of `length` elements; done once, in `init`.
 *
 * @throws RangeError if a group ends beyond the vector
 */
export function checkGroupsFit(where: string, groups: readonly ParameterGroup[], length: number): void {
  for (const [index, { end }] of groups.entries()) {
    if (end <= length) continue;
    throw rangeError(where, `groups[${index}].end`, `must be at most the number of parameters ${length}`, end);
  }
}

/** Calls `move` for every segment of a vector of `length` elements with the terms that hold in it. */
export function forEachSegment(
  terms: StepTerms,
  length: number,
  move: (terms: StepTerms, start: number, end: number) => void,
): void {
  for (const segment of terms.segments) {
    const end = Math.min(segment.end, length);
    if (end > segment.start) move(termsIn(segment, terms), segment.start, end);
  }
}

function termsIn({ decays, rateFactor }: Segment, terms: StepTerms): StepTerms {
  if (decays && rateFactor === 1) return terms;
  return {
    ...terms,
    learningRate: terms.learningRate * rateFactor,
    // A Langevin step of rate f·η has noise of variance proportional to f·η: the temperature stays the same.
    noise: terms.noise * Math.sqrt(rateFactor),
    insideDecay: decays ? terms.insideDecay : 0,
    outsideDecay: decays ? terms.outsideDecay : 0,
  };
}

/**
 * ‖g‖ over the segments at the point x; NaN where an element of x is not finite, in a frozen range too: no later gradient need show it.
 *
 * Cost: two passes.
 */
export function gradientNormAt(segments: readonly Segment[], gradient: Vector, x: Vector): number {
  // A sum of squares is finite only if all elements are, but float64 may overflow in it.
  const finite = Number.isFinite(squaredNorm(x)) || x.every(Number.isFinite);
  return finite ? Math.sqrt(squaredNormOver(segments, gradient)) : Number.NaN;
}

/** Σ gᵢ² over the segments, so that frozen ranges count neither in clipping nor in diagnostics. Cost: one pass. */
export function squaredNormOver(segments: readonly Segment[], vector: Vector): number {
  let sum = 0;
  for (const { start, end } of segments) {
    if (start < vector.length) sum += squaredNorm(vector.subarray(start, Math.min(end, vector.length)));
  }
  return sum;
}
