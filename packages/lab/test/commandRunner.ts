/** A command run in memory, with a small data set in a temporary folder. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { main } from "../src/commands/main.ts";
import { writeSmallImages } from "./smallImages.ts";

export const root: string = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A small data set of 28×28 images in IDX files. */
export function dataFolder(): string {
  const folder = join(root, "data");
  if (!existsSync(folder)) writeSmallImages(folder);
  return folder;
}

/** When a command in memory is interrupted. */
export interface Interrupting {
  readonly signal?: AbortSignal;
  /** What its progress says when the signal comes. */
  readonly stopAt?: string;
  readonly stopBy?: "SIGINT" | "SIGTERM" | DOMException;
}

/** The context of a command in memory, and what it writes. */
export function inMemory({ signal, stopAt, stopBy = "SIGINT" }: Interrupting = {}) {
  const controller = new AbortController();
  const written = { stdout: "", stderr: "" };
  const streamOf = (name: keyof typeof written) => ({
    write(text: string): void {
      written[name] += text;
      if (stopAt !== undefined && written.stderr.includes(stopAt)) controller.abort(stopBy);
    },
  });
  const context = { stdout: streamOf("stdout"), stderr: streamOf("stderr"), signal: signal ?? controller.signal };
  return { context, written };
}

/** Runs the command in memory. */
export async function run(
  args: readonly string[],
  interrupting: Interrupting = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { context, written } = inMemory(interrupting);
  return { code: await main(args, context), ...written };
}

let numOut = 0;
export const freshOut = (): string => join(root, `out-${numOut++}`);
export const small: readonly string[] = [
  "--network",
  "small-mnistfc",
  "--set",
  "validation=100",
  "--set",
  "batchSize=50",
];
export const trainArgs = (out: string, ...more: string[]): string[] => [
  "train",
  ...small,
  "--data",
  dataFolder(),
  "--out",
  out,
  ...more,
];
