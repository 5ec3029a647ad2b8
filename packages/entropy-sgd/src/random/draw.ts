/** Where a vector of random numbers comes from. */
import { rangeError, typeError } from "../errors.ts";
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

const isBelow = (end: number) => (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < end;
const isWord = isBelow(2 ** 32);
const isStep = isBelow(2 ** 53);

/**
 * Checks a draw, once per call.
 *
 * @throws TypeError or RangeError for a key that `randomKey` cannot have made, a stream or a step that is no such integer
 */
export function requireDraw(where: string, draw: Draw): void {
  if (typeof draw !== "object" || draw === null) {
    throw typeError(where, "draw", "must be an object of key, stream and step", draw);
  }
  const { key, stream, step } = draw;
  if (!Array.isArray(key) || key.length !== 2 || !key.every(isWord)) {
    throw typeError(where, "draw.key", "must be a key by randomKey", key);
  }
  if (!isWord(stream)) throw rangeError(where, "draw.stream", "must be an integer in [0, 4294967295]", stream);
  if (isStep(step)) return;
  throw rangeError(where, "draw.step", "must be an integer in [0, 9007199254740991]", step);
}

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
