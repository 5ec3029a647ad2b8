/** What a command says at the limits of numbers, names and the machine. */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { main } from "../src/commands/main.ts";
import { makeNextFolder } from "../src/io/files.ts";
import { freshOut, run, trainArgs } from "./commandRunner.ts";

test("unnamed folders are taken by one process each", () => {
  const parent = freshOut();
  const found = [1, 2, 3].map(() => makeNextFolder(parent, "train"));
  expect(found).toEqual([1, 2, 3].map((n) => join(parent, `train-${n}`)));
  rmSync(found[1]!, { recursive: true });
  expect(makeNextFolder(parent, "train")).toBe(found[1]);
});

test("a budget of more gradients than can be counted is refused before anything is written", async () => {
  const out = freshOut();
  const { code, stderr } = await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1e18"));
  expect(code).toBe(2);
  expect(stderr).toBe(
    "error: budget: must be at most 4503599627370495 gradients, got 1000000000000000000 effective epochs\n",
  );
  expect(existsSync(out)).toBe(false);
});

test.each([
  [
    Object.assign(new Error("EMFILE: too many open files, open 'x'"), { code: "EMFILE" }),
    "raise the limit (ulimit -n)",
  ],
  [new RangeError("WebAssembly.Memory(): could not allocate memory"), "not enough memory or address space"],
  [new RangeError("Array buffer allocation failed"), "not enough memory or address space"],
  [new Error("x.node: failed to map segment from shared object"), "not enough memory or address space"],
])("a lack of resources is reported in one line: %s", async (failure, words) => {
  let stderr = "";
  const code = await main(["runs", "list", freshOut()], {
    // The first thing that a command asks of the world.
    get stdout(): never {
      throw failure;
    },
    stderr: { write: (text) => (stderr += text) },
    signal: new AbortController().signal,
  });
  expect(code).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr.split("\n")).toHaveLength(2);
});

test.runIf(process.platform === "linux")("a limit of open files is reported in one line", () => {
  const program = fileURLToPath(new URL("../bin/entropy-sgd.js", import.meta.url));
  const limited = `ulimit -n 26; exec "${process.execPath}" "${program}" train --network small-mnistfc --budget 1`;
  const { status, stderr } = spawnSync("sh", ["-c", limited], { encoding: "utf8" });
  expect(stderr).toMatch(/^error: [^\n]*EMFILE[^\n]*\n$/);
  expect(status).toBe(2);
});
