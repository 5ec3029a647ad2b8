import * as g from "../src/index.ts";
import { runValues } from "./runProgram.ts";

/** Value, slope and curvature of f at each of `at`, by the interpreter, compiled as written and compiled optimised. */
export async function derivativesAt(f: (x: g.Value) => g.Value, at: readonly number[]): Promise<number[][][]> {
  const x = g.input("x", [at.length]);
  const y = f(x);
  const loss = g.reduceSum(y);
  const values = [y, ...g.gradients(loss, [x]), ...g.hvp(loss, [x], [g.constant(at.map(() => 1))])];
  const ways = [
    g.evaluate(values, { x: at }),
    await runValues(values, { x: at }),
    await runValues(g.optimise(values), { x: at }),
  ];
  return ways.map((results) => results.map((result) => Array.from(result)));
}
