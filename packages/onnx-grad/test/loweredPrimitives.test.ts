import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { cases } from "./cases.ts";
import { checkLowering } from "./checks.ts";
import { runProgram } from "./runProgram.ts";

describe.each(Object.entries(cases))("%s lowered to ONNX", (_, samples) => {
  test("gives the interpreter's value, gradient and Hessian-vector product", async () => {
    await checkLowering(samples, 12);
  });
});

test("x > 0 is 1 for every positive number and 0 for the others", async () => {
  const x = [-Infinity, -1, -1.2e-38, -0, 0, 1.2e-38, 1e-30, 0.5, 3e38, Infinity];
  const value = g.greater(g.input("x", [10]), g.constant(0));
  const [positive] = await runProgram({ positive: value }, { x: Float64Array.from(x) });
  expect([...positive!]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
});
