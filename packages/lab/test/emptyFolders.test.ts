/** Commands that make their folder and are refused afterwards leave none. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, makeNextFolder } from "../src/io/files.ts";
import { leavingNoEmptyFolder } from "../src/io/madeFolders.ts";
import { dataFolder, freshOut, root, run, small } from "./commandRunner.ts";

/** Nobody listens there. */
const nowhere = ["--nats", "nats://127.0.0.1:1"];
const data = (): string[] => ["--data", dataFolder()];

function sweepFile(): string {
  const file = join(root, "empty-folders.json");
  const content = { network: "small-mnistfc", budget: 1, optimizer: "sgd", data: dataFolder(), parameters: {} };
  writeFileSync(file, JSON.stringify({ ...content, set: { batchSize: 50, validation: 100 } }));
  return file;
}

const refused: [string, () => string[]][] = [
  ["worker", () => ["worker"]],
  ["compare", () => ["compare", ...small, ...data(), "--optimizers", "sgd", "--budget", "1"]],
  ["sweep", () => ["sweep", sweepFile()]],
  ["study", () => ["study", "wide-valleys", ...small, ...data(), "--seeds", "2", "--budget", "1"]],
  ["reproduce", () => ["reproduce", "mnistfc", "--scale", "0.01", "--seeds", "1"]],
  ["parle", () => ["parle", ...small, ...data(), "--budget", "1", "--replicas", "2", "--run", "first"]],
];

test.each(refused)("%s without the server that it needs leaves no folder", async (_, args) => {
  const parent = freshOut();
  const out = join(parent, "deep");
  const { code, stderr } = await run([...args(), ...nowhere, "--out", out]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("error: --nats: no server answers there")]);
  expect(existsSync(parent)).toBe(false);
  // A folder that was there stays, and is as empty as before.
  mkdirSync(out, { recursive: true });
  expect((await run([...args(), ...nowhere, "--out", out])).code).toBe(2);
  expect(readdirSync(out)).toEqual([]);
});

test("what holds something stays, and each of several works at a time removes its own alone", async () => {
  const parent = freshOut();
  const [kept, gone, other] = ["kept", "gone/deep", "other"].map((name) => join(parent, name)) as [
    string,
    string,
    string,
  ];
  let end = (): void => {};
  const waiting = leavingNoEmptyFolder(async () => {
    makeFolder(other);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  const failing = leavingNoEmptyFolder(async () => {
    makeFolder(kept);
    writeFileSync(join(kept, "result"), "1");
    makeFolder(gone);
    makeNextFolder(parent, "train");
    throw new Error("refused");
  });
  await expect(failing).rejects.toThrow("refused");
  expect(readdirSync(parent)).toEqual(["kept", "other"]);
  end();
  await waiting;
  expect(readdirSync(parent)).toEqual(["kept"]);
});
