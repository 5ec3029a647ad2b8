/** The hostile files of the suite, and many more: `npx vitest run --project long packages/onnx-grad`, half a minute. */
import { expect, test } from "vitest";
import { readMutated } from "./mutated.ts";

test("10,000 models with bytes changed, cut out or repeated are read or are one error of one line", () => {
  const numRead = readMutated(10_000);
  console.log(`hostile models: ${numRead} read, ${10_000 - numRead} refused`);
  expect(numRead).toBeGreaterThan(500);
  expect(numRead).toBeLessThan(9900);
});
