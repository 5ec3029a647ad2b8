/** Small folders of runs, written by hand, and the store's commands run in memory. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrimaryMetric, RunResult } from "entropy-sgd-training";
import { afterAll } from "vitest";
import type { Settings } from "../src/settings/settings.ts";
import { run } from "./commandRunner.ts";
import { judgedBy, recordOf } from "./testRecords.ts";

/** A temporary folder, removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "store-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What makes a run differ from `recordOf("sgd", 1, [0.1, 0.05])` with the result's own validation error. */
export interface RunChanges {
  readonly optimizer?: string;
  readonly seed?: number;
  readonly errors?: readonly number[];
  readonly settings?: Partial<Settings>;
  readonly options?: Settings["options"];
  readonly result?: Partial<RunResult> | null;
  readonly dataChecksum?: string;
  /** Of another task, judged by this. */
  readonly metric?: PrimaryMetric;
  /** Lines between the evaluations and the end. */
  readonly events?: readonly object[];
}

/** Writes a run folder. */
export function writeRun(path: string, changes: RunChanges = {}): void {
  const { optimizer = "sgd", seed = 1, errors = [0.1, 0.05], dataChecksum = null, events = [] } = changes;
  const record = recordOf(optimizer, seed, errors, { ...changes.result });
  const { settings, environment, start, outers, evaluations, result } =
    changes.metric === undefined ? record : judgedBy(record, changes.metric);
  const options = { ...settings.options, ...changes.options };
  const config = {
    ...settings,
    ...changes.settings,
    options,
    environment,
    ...(dataChecksum === null ? {} : { dataChecksum }),
  };
  const { network, preset, batchSize, innerSteps } = config;
  const begun = { ...start, network, preset, batchSize, innerSteps };
  const end = changes.result === null ? [] : [{ type: "end", result: { ...result, network, preset } }];
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify(config));
  const lines = [begun, ...outers, ...evaluations, ...events, ...end].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(path, "events.jsonl"), lines.join(""));
}

/** Runs `runs ARGS`, as the whole program does; `stderr` is the message of an error without "error: " before it. */
export async function runs(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await run(["runs", ...args]);
  return { code, stdout, stderr: stderr.replace(/^error: (.*)\n$/s, "$1") };
}

/** The one JSON object that a command prints. */
export async function jsonOf(...args: string[]) {
  const { code, stdout, stderr } = await runs(...args, "--json");
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The fields of comma-separated values (RFC 4180). */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    rows.at(-1)!.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}
