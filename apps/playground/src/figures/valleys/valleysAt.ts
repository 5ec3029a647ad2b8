/** The numbers of the figure; the same in a worker and in Node. */
import { gridLocalEntropy } from "entropy-sgd/landscape";
import { roughValleys } from "entropy-sgd/planted";

/** A landscape with −F at one scope, which is shifted to the loss's minimum so that both fit one axis. */
export interface Valleys {
  readonly seed: number;
  readonly gamma: number;
  /** f, shape (1000,). */
  readonly loss: Float64Array;
  /** −F with the minimum of f, shape (1000,). */
  readonly shifted: Float64Array;
  /** Index of the minimum of f, and of −F. */
  readonly lowest: number;
  readonly widest: number;
}

/** Cost: 10⁶ exponentials. */
export function valleysAt(seed: number, gamma: number): Valleys {
  const loss = roughValleys(seed);
  const negative = gridLocalEntropy(loss, { scope: gamma });
  const [lowest, widest] = [argmin(loss), argmin(negative)];
  const shift = loss[lowest]! - negative[widest]!;
  return { seed, gamma, loss, shifted: negative.map((value) => value + shift), lowest, widest };
}

function argmin(values: Float64Array): number {
  return values.reduce((best, value, i) => (value < values[best]! ? i : best), 0);
}
