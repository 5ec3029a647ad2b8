import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commandLine } from "./commandLine.ts";

test("a shell reads the arguments as they were", () => {
  const args = ["parle", "--set", "scope=geometricScope(1e-4, 1e-3)", "--out", 'it\'s; a $HOME `x` "y"', "", "-- \n*"];
  const line = commandLine(args).replace(/^npx entropy-sgd /, `printf '%s\\0' `);
  expect(execFileSync("sh", ["-c", line], { encoding: "utf8" }).split("\0").slice(0, -1)).toEqual(args);
  expect(commandLine(["resume", "runs/one"])).toBe("npx entropy-sgd resume runs/one");
});
