import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { digitsFile } from "../../../digits.ts";
import { digitsBytes, digitsOf } from "./digits.ts";
import { currentSettings, type NetworkSettings } from "./knobs.ts";
import { ownDataOf } from "./ownData.ts";
import { programOf } from "./program.ts";
import type { Evaluated } from "./runs.ts";
import { newSession } from "./session.ts";
import { optimizerTitles, type PlainData } from "./setUp.ts";

const few: NetworkSettings = { ...currentSettings(), hidden: 4, budget: 100, seeds: 2, innerSteps: 10, third: "sam" };
const folder = mkdtempSync(join(tmpdir(), "program-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two rows of points. */
const ownPoints = ownDataOf(
  "mine.csv",
  new TextEncoder().encode(
    `a,b,label\n${Array.from({ length: 30 }, (_, i) => `${i / 3},${i % 2},${"uv"[i % 2]}`).join("\n")}`,
  ),
);

async function trained(settings: NetworkSettings, given: PlainData | null = null) {
  const session = await newSession(settings, given);
  const evaluated: Evaluated[] = [...session.beginning.evaluated];
  let last = session.beginning as Awaited<ReturnType<typeof session.round>>;
  while (!last.done) {
    last = await session.round();
    evaluated.push(...last.evaluated);
  }
  return { session, evaluated, last };
}

let numPrograms = 0;

/** What a program prints. */
async function printed(program: string): Promise<unknown[][]> {
  const file = join(folder, `program${numPrograms++}.ts`);
  writeFileSync(file, program);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(/* @vite-ignore */ file);
  const lines = log.mock.calls.map((call) => [...call]);
  log.mockRestore();
  return lines;
}

describe("the runs of the figure", () => {
  test("take equally many gradients, from the same weights, and give the same bits again", async () => {
    const { evaluated, last, session } = await trained(few);
    const ends = evaluated.filter(({ gradients }) => gradients === session.beginning.totalGradients);
    expect(session.beginning.totalGradients).toBe(100);
    expect(ends.map(({ optimizer, seed }) => `${optimizer} ${seed}`)).toEqual([
      "sgd 1",
      "entropy-sgd 1",
      "sam 1",
      "sgd 2",
      "entropy-sgd 2",
      "sam 2",
    ]);
    const starts = evaluated.filter(({ gradients, seed }) => gradients === 0 && seed === 1);
    expect(new Set(starts.map(({ trainLoss }) => trainLoss)).size).toBe(1);
    expect(last.fields.map(({ optimizer }) => optimizer)).toEqual(["sgd", "entropy-sgd", "sam"]);
    expect((await trained(few)).evaluated).toEqual(evaluated);
  });

  test.each<[name: string, settings: Partial<NetworkSettings>, given: () => PlainData | null]>([
    ["moons", {}, () => null],
    ["spirals", { data: "spirals", activation: "relu", third: "adam", innerSteps: 7 }, () => null],
    ["digits", { data: "digits", third: "none", seeds: 1 }, () => digitsOf(digitsFile().buffer as ArrayBuffer)],
    ["own", { data: "own", third: "none", seeds: 1 }, () => ownPoints],
  ])("are those of the program that is copied: %s", async (_, changed, given) => {
    const settings = { ...few, ...changed };
    const { evaluated, session } = await trained(settings, given());
    const ends = evaluated.filter(({ gradients }) => gradients === session.beginning.totalGradients);
    expect(ends.length).toBeGreaterThan(1);
    expect(await printed(programOf(settings, given()))).toEqual(
      ends.map(({ optimizer, seed, trainLoss, testLoss }) => [optimizerTitles[optimizer], seed, trainLoss, testLoss]),
    );
  });
});

test("the file of digits has the size that is checked", () => {
  expect(digitsFile()).toHaveLength(digitsBytes);
});
