import { describe, test } from "vitest";
import { checkDerivatives, checkLowering } from "./checks.ts";
import { compositionCases } from "./compositionCases.ts";

describe.each(Object.entries(compositionCases))("%s", (_, samples) => {
  test("first and second derivatives equal central differences", () => {
    checkDerivatives(samples, 20);
  });

  test("compiled it gives the interpreter's value, gradient and Hessian-vector product", async () => {
    await checkLowering(samples, 6);
  });
});
