/** The library under the other versions of Node. */
import { expect, test } from "vitest";
import { otherNodes, unitTestsUnder } from "./consumer.ts";

test.each(otherNodes)("the library passes its unit tests under Node %s", (version) => {
  expect(unitTestsUnder(version, ["packages/entropy-sgd"])).toEqual([0, expect.stringContaining("passed")]);
});
