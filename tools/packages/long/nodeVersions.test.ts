/** Engine and training under the other versions of Node: about a minute, so not in every check. */
import { expect, test } from "vitest";
import { otherNodes, unitTestsUnder } from "../consumer.ts";

test.each(otherNodes)("engine and training pass their unit tests under Node %s", (version) => {
  expect(unitTestsUnder(version, ["packages/onnx-grad", "packages/training"])).toEqual([
    0,
    expect.stringContaining("passed"),
  ]);
});
