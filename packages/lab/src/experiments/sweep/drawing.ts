/** Random choices: the i-th of a name is a function of seed, name and i alone. */
import type { Draw } from "entropy-sgd";
import { integersInto, randomKey, uniformInto } from "entropy-sgd/random";
import { isRange, type SweepParameter, type SweepRange, type SweepValue } from "../../settings/valueSchemas.ts";
import { rounded } from "../../statistics/numbers.ts";

/** A value, with its index where it is one of a list. */
export interface DrawnValue {
  readonly value: SweepValue;
  readonly index: number | null;
}

/**
 * The i-th value of a name: each of a list is equally likely, of a range each number, or each factor with scale log.
 *
 * Numbers of ranges have six significant digits, so that machines whose logarithms differ in the last bit agree.
 */
export function drawnValue(parameter: SweepParameter, seed: number, name: string, i: number): DrawnValue {
  const draw: Draw = { key: randomKey(seed, "sweep", name), stream: 0, step: i };
  if (isRange(parameter)) return { value: inRange(parameter, draw), index: null };
  const index = integerBelow(parameter.length, draw);
  return { value: parameter[index] ?? null, index };
}

function inRange({ min, max, scale, integer }: SweepRange, draw: Draw): number {
  const within = (value: number): number => Math.min(max, Math.max(min, value));
  const share = uniform(draw);
  // The last whole number has the interval up to the next one, as the others have.
  const end = integer ? max + 1 : max;
  const value =
    scale === "log" ? Math.exp(Math.log(min) + share * (Math.log(end) - Math.log(min))) : min + share * (end - min);
  return within(integer ? Math.floor(value) : rounded(value));
}

function uniform(draw: Draw): number {
  const out = new Float64Array(1);
  uniformInto(out, draw);
  return out[0] ?? 0;
}

function integerBelow(bound: number, draw: Draw): number {
  const out = new Uint32Array(1);
  integersInto(out, bound, draw);
  return out[0] ?? 0;
}
