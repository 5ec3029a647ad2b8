/** The unit tests of library and engine under the other versions of Node: about a minute, so not in every check. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installNode, newFolder, otherNodes, outcome } from "../consumer.ts";

const home = newFolder();
afterAll(() => rmSync(home, { recursive: true }), 60_000);

test.each(otherNodes)("library and engine pass their unit tests under Node %s", (version) => {
  const node = installNode(join(home, version), version);
  const tests = ["--project", "unit", "packages/entropy-sgd", "packages/onnx-grad"];
  const { status, stdout } = outcome(node, ["node_modules/vitest/vitest.mjs", "run", "--reporter=dot", ...tests]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("passed")]);
});
