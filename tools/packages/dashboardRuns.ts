/** A folder of runs for tests of the dashboard: real small ones, and copies of one with other logs. */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTraining } from "../../packages/lab/src/runner/runTraining.ts";
import { acquireLock } from "../../packages/lab/src/runs/lock.ts";
import { settingsOf } from "../../packages/lab/test/runsOnDisk.ts";

/** Outer steps of the long run. */
export const numLong = 100_000;

/** The name of a folder that would run a script, if it were HTML. */
export const hostileName = "<img src=x onerror=document.title=1>";

/** The batch loss of the long run at an outer step: a slow fall, a fine wave, and one high value in the middle. */
export function longLoss(step: number): number {
  return 0.1 + 2 * Math.exp((-5 * step) / numLong) + 0.1 * Math.sin(step) + (step === numLong / 2 ? 3 : 0);
}

/** A surface with its lowest loss, 0.5, at the origin, and another scale in each direction. */
export const surfaceLoss = (x: number, y: number): number => 0.5 + x * x + 3 * y * y;

/** Two seeds of two optimizers, a measurement of the first, a long run, one that is going on, two that are far apart, and a torn one. */
export async function makeRuns(folder: string): Promise<void> {
  for (const [optimizer, set] of [
    ["entropy-sgd", ["innerSteps=2"]],
    ["sgd", []],
  ] as const) {
    for (const seed of [1, 2]) {
      const settings = { ...settingsOf(set, optimizer), seed };
      await runTraining(settings, { out: join(folder, "two", `${optimizer}-${seed}`) });
    }
  }
  const source = join(folder, "two/entropy-sgd-1");
  writeSlice(source);
  const [start, ...events] = linesOf(source);
  const long = Array.from({ length: numLong }, (_, i) => outer(i + 1));
  const { innerSteps } = JSON.parse(start!);
  const planned = JSON.stringify({ ...JSON.parse(start!), totalGradients: numLong * innerSteps });
  copyRun(source, join(folder, "long"), [planned, ...long]);
  copyRun(source, join(folder, "going"), [start!, ...events.slice(0, 3)]);
  acquireLock(join(folder, "going"));
  for (const [seed, factor] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const narrow = join(folder, `two/sgd-${seed}`);
    copyRun(narrow, join(folder, `wide/sgd-${seed}`), scaled(linesOf(narrow), factor));
  }
  mkdirSync(join(folder, hostileName));
  writeFileSync(join(folder, hostileName, "config.json"), "{");
}

/** The events of a finished run that the one that goes on does not have yet. */
export function remaining(folder: string): readonly string[] {
  return linesOf(join(folder, "two/entropy-sgd-1")).slice(4);
}

/** What a process that trains would write. */
export function append(folder: string, lines: readonly string[]): void {
  appendFileSync(join(folder, "going/events.jsonl"), lines.map((line) => `${line}\n`).join(""));
}

const stepsOf = { innerSteps: 2, perEpoch: 12 } as const;

function outer(step: number): string {
  const gradients = step * stepsOf.innerSteps;
  return JSON.stringify({
    type: "outer",
    gradients,
    effectiveEpochs: gradients / stepsOf.perEpoch,
    batchLoss: Number(longLoss(step).toFixed(6)),
    learningRate: 1,
    scope: 1e-4,
    distance: 0.5,
    localEntropyGradientNorm: 0.01,
    gradientNorm: 1,
    sequence: step + 1,
  });
}

function linesOf(run: string): string[] {
  return readFileSync(join(run, "events.jsonl"), "utf8").trimEnd().split("\n");
}

/** Lines of a run that has not ended, its test losses times a factor. */
function scaled(lines: readonly string[], factor: number): string[] {
  const events = lines.map((line) => JSON.parse(line)).filter(({ type }) => type !== "end");
  return events.map((event) =>
    JSON.stringify({ ...event, ...(event.testLoss && { testLoss: factor * event.testLoss }) }),
  );
}

function copyRun(from: string, to: string, lines: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, "config.json"), join(to, "config.json"));
  writeFileSync(join(to, "events.jsonl"), `${lines.join("\n")}\n`);
}

/** A measurement as `entropy-sgd slice` keeps it. */
function writeSlice(run: string): void {
  const place = join(run, "measurements/slice");
  mkdirSync(place, { recursive: true });
  const steps = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);
  const surface = steps.flatMap((y) => steps.map((x) => ({ x, y, loss: surfaceLoss(x, y), error: 0 })));
  const settings = { first: "entropy-sgd-1", second: "none", grid: 21 };
  writeFileSync(join(place, "slice.json"), JSON.stringify({ settings, weightsSha256: [], line: [], surface }));
  writeFileSync(join(place, "slice.html"), "<!doctype html>");
}
