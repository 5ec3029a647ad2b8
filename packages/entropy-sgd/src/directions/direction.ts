/**
 * How a gradient becomes a move: the composable layer under every optimizer.
 *
 * A direction does not return a delta. It moves the point itself, because a delta added later loses bits in float32 and
 * costs another pass, and so that one fused kernel can do force, momentum, step, noise and average while each vector is
 * read once. Momentum and Adam are directions, clipping wraps one; outer steps of Entropy-SGD use the same ones.
 */
import type { Draw } from "../random/draw.ts";
import type { PlainData, Vector, VectorMemory } from "../types.ts";

/** What a direction remembers; plain data. A type alias so that it is assignable to `PlainData`. */
export type DirectionState = {
  /** Moves since the last reset; Adam corrects its moments by it. */
  readonly steps: number;
  /** Vectors of shape (n,) by name. */
  readonly buffers: { readonly [name: string]: Vector };
};

/** A range in which all weights are treated alike. */
export interface Segment {
  readonly start: number;
  /** Excluded; Infinity for the end of the vector. */
  readonly end: number;
  readonly decays: boolean;
  readonly rateFactor: number;
}

/** The vectors that one move works on; shape (n,) each. */
export interface StepPoints {
  /** The point that moves, x'. Written. */
  readonly params: Vector;
  /** What the force pulls toward, x; null without a force. */
  readonly anchor: Vector | null;
  /** The running average μ of the moved point; null without one. Written. */
  readonly mean: Vector | null;
}

/**
 * The numbers of one move.
 *
 *   d  ← D(s·g + insideDecay·x' − insideForce·(x − x')) + outsideDecay·x' − outsideForce·(x − x')
 *   x' ← x' − learningRate·d + noise·N(0, I)
 *   μ  ← (1 − averaging)·μ + averaging·x'
 */
export interface StepTerms {
  readonly learningRate: number;
  /** s, which clipping lowers; 0 for a move by the force alone. */
  readonly gradientScale: number;
  readonly insideDecay: number;
  readonly outsideDecay: number;
  readonly insideForce: number;
  readonly outsideForce: number;
  /** Standard deviation of the noise of this move. */
  readonly noise: number;
  /** Weight of the new sample in μ. */
  readonly averaging: number;
  /** Where the noise comes from. */
  readonly draw: Draw;
  /** The ranges that move. */
  readonly segments: readonly Segment[];
}

/** The terms of a plain move along −D(g), to be spread under those that a move has besides. */
export const plainTerms: Omit<StepTerms, "learningRate" | "draw" | "segments"> = {
  gradientScale: 1,
  insideDecay: 0,
  outsideDecay: 0,
  insideForce: 0,
  outsideForce: 0,
  noise: 0,
  averaging: 0,
};

/** Where a term acts: before the direction, such as a momentum that amplifies it, or after it. */
export type Placement = "inside" | "outside";

/** The two terms of a decay that acts in one of the places. */
export function decayTerms(decay: number, placement: Placement): Pick<StepTerms, "insideDecay" | "outsideDecay"> {
  return placement === "inside" ? { insideDecay: decay, outsideDecay: 0 } : { insideDecay: 0, outsideDecay: decay };
}

/** A rule D that turns a gradient and its own memory into a move. */
export interface Direction {
  readonly name: string;
  /** Its options as plain data; saved states are compared by them. */
  readonly options?: PlainData;
  /** The memory before the first move, zeroed, of the type of `like`. */
  init(like: Vector, memory: VectorMemory): DirectionState;
  /** Moves `points.params` in place; consumes `state`. `gradient` is only read. */
  stepInto(points: StepPoints, gradient: Vector, state: DirectionState, terms: StepTerms): DirectionState;
}

/** The state with its buffers zeroed and its count at 0; consumes `state`. */
export function resetDirection(state: DirectionState): DirectionState {
  for (const buffer of Object.values(state.buffers)) buffer.fill(0);
  return { ...state, steps: 0 };
}
