/** Where a vector of random numbers comes from. */
import type { RandomKey } from "./philox.ts";

/**
 * One draw: element i of it is a function of (key, stream, step, i) alone, so nothing depends on chunking or order.
 *
 * A type alias so that it is assignable to `PlainData`.
 */
export type Draw = {
  readonly key: RandomKey;
  /** Independent uses under one key, 0 … 2³² − 1. */
  readonly stream: number;
  /** Which draw of the stream; an integer 0 … 2⁵³ − 1. */
  readonly step: number;
};

/** A source of normals that may be ahead. */
export interface NormalsAhead {
  /**
   * The first elements of a draw, as many as are ready, and the sign to begin with the next step's. The view stays as it
   * is until the next `take` of another draw.
   */
  take(draw: Draw): Float32Array;
}

/** The two 32-bit halves of a whole number below 2⁵³. */
export function halvesOf(value: number): readonly [low: number, high: number] {
  return [value >>> 0, Math.floor(value / 2 ** 32) >>> 0];
}
