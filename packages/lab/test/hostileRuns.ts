/** Runs that tests damage, or fill with texts that a stranger would write. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { encodeSafetensors } from "../src/io/safetensors.ts";
import { recordOf } from "./testRecords.ts";

const root = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(root, { recursive: true }));

let numFolders = 0;

/** A new folder of a name, with nothing else beside it; removed after the tests. */
export function folder(name = "run"): string {
  const path = join(root, String(numFolders++), name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** The weights of every run. */
export const weights: Uint8Array = encodeSafetensors({
  tensors: [{ name: "w", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
  metadata: { network: "lenet", gradients: "80" },
});

/** What the files of a run hold. */
export function wholeRun() {
  const { settings, environment, start, outers, evaluations, result } = recordOf("entropy-sgd", 1, [0.1, 0.05]);
  const [here, what, skipped] = [{ gradients: 40, checkpoint: "001" }, "test loss", [{ name: "002", why: "damaged" }]];
  return {
    config: { ...settings, environment, dataChecksum: "abc" },
    events: [
      ...[start, ...outers],
      { type: "checkpoint", gradients: 40, reason: "minutes", name: "001" },
      { type: "resume", ...here, skipped, warnings: ["threads: was 2, is 1"] },
      { type: "non-finite", gradients: 60, what, learningRate: 0.1 },
      { type: "rollback", ...here, from: 60, what, number: 1, learningRateFactor: 0.5 },
      ...[...evaluations, { type: "end", result }],
    ],
  };
}

/** Events as the lines of a file. */
export const linesOf = (events: readonly object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join("");

/** Writes a run; gives its path. */
export function written(
  { config, events }: { config: object; events: object[] } = wholeRun(),
  path = folder(),
): string {
  writeFileSync(join(path, "config.json"), JSON.stringify(config));
  writeFileSync(join(path, "events.jsonl"), linesOf(events));
  writeFileSync(join(path, "weights.safetensors"), weights);
  return path;
}

/** A run with other text in one file. */
export function withFile(name: string, text: string): string {
  const path = written();
  writeFileSync(join(path, name), text);
  return path;
}
