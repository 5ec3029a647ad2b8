/** A command run in memory, with a small data set in a temporary folder. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { main } from "../src/cli/main.ts";

export const root: string = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A small data set of 28×28 images in IDX files: class c has a bright square at its own place. */
export function dataFolder(): string {
  const folder = join(root, "data");
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  for (const [name, count] of [
    ["train", 700],
    ["t10k", 200],
  ] as const) {
    const images = Buffer.alloc(16 + 784 * count);
    const labels = Buffer.alloc(8 + count);
    [0x803, count, 28, 28].forEach((word, i) => void images.writeUInt32BE(word, 4 * i));
    [0x801, count].forEach((word, i) => void labels.writeUInt32BE(word, 4 * i));
    for (let i = 0; i < count; i++) {
      const label = (7 * i) % 10;
      labels[8 + i] = label;
      for (let p = 0; p < 36; p++) {
        const row = 8 * Math.floor(label / 4) + Math.floor(p / 6);
        images[16 + 784 * i + 28 * row + 7 * (label % 4) + (p % 6)] = 200 + (i % 50);
      }
    }
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labels);
  }
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
