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

export async function run(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    signal,
  });
  return { code, stdout, stderr };
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
