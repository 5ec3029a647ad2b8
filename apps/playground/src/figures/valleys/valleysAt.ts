/** The curves of the figure; the same numbers in a worker and in Node. */
import { gridLocalEntropy } from "entropy-sgd/landscape";
import { type LandscapeChoice, landscapeOf } from "./landscape.ts";

/** A landscape with −F at one scope. */
export interface Valleys {
  readonly gamma: number;
  /** f, shape (1000,). */
  readonly loss: Float64Array;
  /** −F + log √(2π/γ), which is f itself where γ is large, shape (1000,). */
  readonly smoothed: Float64Array;
  /** Index of the minimum of f, and of −F. */
  readonly lowest: number;
  readonly widest: number;
}

/** Cost: 10⁶ exponentials. */
export function valleysAt(choice: LandscapeChoice, gamma: number): Valleys {
  const loss = landscapeOf(choice);
  const constant = Math.log(Math.sqrt((2 * Math.PI) / gamma));
  const smoothed = gridLocalEntropy(loss, { scope: gamma }).map((value) => value + constant);
  return { gamma, loss, smoothed, lowest: argmin(loss), widest: argmin(smoothed) };
}

function argmin(values: Float64Array): number {
  return values.reduce((best, value, i) => (value < values[best]! ? i : best), 0);
}
