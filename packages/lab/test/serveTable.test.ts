/** The table of runs: what it reads again, and that reading less gives the same. */
import { appendFileSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runTraining } from "../src/runner/runTraining.ts";
import { runTable } from "../src/serve/runTable.ts";
import { entropy, settingsOf } from "./runsOnDisk.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";
import { evaluationAt, outerAt, resultWith } from "./testRecords.ts";

const lineOf = (event: object): string => `${JSON.stringify(event)}\n`;

test("a run that grows has the row that a reader of the whole run gives it", async () => {
  const folder = temporaryFolder();
  writeRun(join(folder, "going"), { result: null });
  const log = join(folder, "going", "events.jsonl");
  const holder = () => ({ pid: 1, host: "h" });
  const following = runTable(folder, holder);
  await following.refresh();
  const { params: _, ...evaluation } = evaluationAt(120, 0.03, []);
  const warning = { type: "warning", gradients: 120, message: "m" };
  const end = { type: "end", result: resultWith({ testError: 0.03 }) };
  for (const event of [outerAt(100), outerAt(120), evaluation, warning, end]) {
    appendFileSync(log, lineOf(event));
    await following.refresh();
    const whole = runTable(folder, holder);
    await whole.refresh();
    expect(following.entry("going")!.row).toEqual(whole.entry("going")!.row);
    expect(following.entry("going")!.run).toEqual(whole.entry("going")!.run);
  }
  // Of a version without seals, whose end is in the log alone.
  expect(following.entry("going")!.row).toMatchObject({ status: "ended", facts: { test: 0.03, endReason: "budget" } });
});

test("a run whose process ends without a word is unfinished, and its end is verified by its seal", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "one");
  let holder: { pid: number; host: string } | null = { pid: 1, host: "h" };
  const table = runTable(folder, () => holder);
  await runTraining(settingsOf(entropy), { out: path });
  const [seal, log] = ["seal.json", "events.jsonl"].map((name) => readFileSync(join(path, name), "utf8"));
  const lines = log!.trimEnd().split("\n");
  rmSync(join(path, "seal.json"));
  writeFileSync(join(path, "events.jsonl"), `${lines.slice(0, -1).join("\n")}\n`);
  const status = async (): Promise<string> => {
    await table.refresh();
    return table.entry("one")!.row.status;
  };
  expect(await status()).toBe("running");
  const before = table.version();
  expect(await status()).toBe("running");
  expect(table.version()).toBe(before);
  holder = null;
  expect(await status()).toBe("unfinished");
  expect(table.since(before)!.changed).toMatchObject([{ id: "one", status: "unfinished" }]);
  appendFileSync(join(path, "events.jsonl"), `${lines.at(-1)}\n`);
  writeFileSync(join(path, "seal.json"), seal!);
  expect(await status()).toBe("ended");
  // A later change of one byte is noticed by its time.
  const changed = log!.replace(/"batchLoss":\d/, '"batchLoss":7');
  writeFileSync(join(path, "events.jsonl"), changed);
  const { mtimeMs } = statSync(join(path, "events.jsonl"));
  utimesSync(join(path, "events.jsonl"), new Date(mtimeMs), new Date(mtimeMs + 5));
  expect(await status()).toBe("torn");
  expect(table.entry("one")!.row.reason).toContain("seal.json");
});

test("a run that has not changed is not read again", async () => {
  const folder = temporaryFolder();
  writeRun(join(folder, "still"));
  const table = runTable(folder);
  await table.refresh();
  const entry = table.entry("still");
  await table.refresh();
  expect(table.entry("still")).toBe(entry);
  expect(table.since(table.version())).toEqual({ changed: [], removed: [] });
  expect(table.since("another.1")).toBeNull();
});
