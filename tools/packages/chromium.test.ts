import { expect, test } from "vitest";
import { outcome } from "./consumer.ts";

test("the library's unit tests pass in Chromium", () => {
  const config = ["--config", "tools/packages/chromium.config.mjs", "--reporter=dot"];
  const { status, stdout } = outcome(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...config]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("passed")]);
});
