/** Measures of runs on data that take long to prepare, where the cache has been emptied since training. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshCaches } from "../../training/test/temporaryFolder.ts";
import { freshOut, root, run } from "./commandRunner.ts";

const cache = freshCaches();

/** A .npy file of pseudo-random bytes. */
function npyOf(shape: readonly number[], below: number): Uint8Array {
  let state = 5;
  const numbers = Uint8Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) % below;
  });
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    Buffer.of(118, 0),
    Buffer.from(`${header}\n`),
    numbers,
  ]);
}

/** A run on whitened images of 3×4×4. */
async function whitenedRun(): Promise<string> {
  const data = join(root, "images");
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, "inputs.npy"), npyOf([150, 3, 4, 4], 256));
  writeFileSync(join(data, "targets.npy"), npyOf([150], 2));
  const out = freshOut();
  const settings = ["data.standardise=zca", "data.test=20", "validation=20", "batchSize=50"];
  const set = settings.flatMap((setting) => ["--set", setting]);
  const args = [
    "train",
    "--network",
    "mlp",
    "--data",
    data,
    "--optimizer",
    "sgd",
    "--budget",
    "1",
    "--out",
    out,
    ...set,
  ];
  const { code, stderr } = await run(args);
  expect([code, stderr]).toEqual([0, expect.stringContaining("Preparing the data, once: ")]);
  return out;
}

test("measuring says that it prepares the data of its runs, does so once, and can be interrupted meanwhile", async () => {
  const path = await whitenedRun();
  const copy = freshOut();
  cpSync(path, copy, { recursive: true });
  rmSync(cache(), { recursive: true });
  const stopped = await run(["spectrum", path], { stopAt: "Preparing the data" });
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain("interrupted: nothing was written");
  const args = [
    "slice",
    path,
    copy,
    "--points",
    "3",
    "--grid",
    "3",
    "--examples",
    "20",
    "--out",
    join(freshOut(), "slice.html"),
  ];
  const { code, stderr } = await run(args);
  expect([code, stderr.split("eigenvectors").length - 1]).toEqual([0, 1]);
});
