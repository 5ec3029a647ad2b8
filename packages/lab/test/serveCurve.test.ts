/** Curves of long runs: nothing that stands out is lost, and answers stay small. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { Curve } from "../src/serve/api.ts";
import { runLog } from "../src/serve/runLog.ts";
import { runningMean } from "../src/serve/runningMean.ts";
import { serving } from "./serveHelpers.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";
import { outerAt, startEvent } from "./testRecords.ts";

const folder = temporaryFolder();
const numSteps = 100_000;
const spikes = new Map([
  [12_345, 1e6],
  [54_321, -1e6],
  [99_998, 2e6],
]);

/** A run of 100,000 outer steps with a few losses far from the others. */
writeRun(join(folder, "long"), { optimizer: "entropy-sgd", result: null, errors: [] });
const log = join(folder, "long", "events.jsonl");
writeFileSync(log, `${JSON.stringify({ ...startEvent(), optimizer: "entropy-sgd", preset: "paper" })}\n`);
const stepText = JSON.stringify({ ...outerAt(0), batchLoss: 0, scope: 1e-4, distance: 1, localEntropyGradientNorm: 1 });
appendFileSync(
  log,
  Array.from({ length: numSteps }, (_, i) => {
    const batchLoss = spikes.get(i) ?? Math.sin(i);
    return `${stepText.replace('"gradients":0', `"gradients":${20 * (i + 1)}`).replace('"batchLoss":0', `"batchLoss":${batchLoss}`)}\n`;
  }).join(""),
);
const server = await serving(folder);
const curve = async (query: string): Promise<Curve> => (await server.json<Curve>(`/api/curve?run=long&${query}`)).body;

describe("a run of 100,000 steps", () => {
  test("is answered in at most as many points as were asked for, first and last, lowest and highest among them", async () => {
    for (const points of [14, 500, 2000]) {
      const { x, columns, total, inInterval, extent } = await curve(`points=${points}`);
      expect([total, inInterval, extent]).toEqual([numSteps, numSteps, [20, 20 * numSteps]]);
      expect(x.length).toBeLessThanOrEqual(points);
      expect(x.length).toBeGreaterThan(points / 8);
      expect([x[0], x.at(-1)]).toEqual([20, 20 * numSteps]);
      expect(Math.min(...columns.batchLoss!.map(Number))).toBe(-1e6);
      expect(Math.max(...columns.batchLoss!.map(Number))).toBe(2e6);
      expect(x).toEqual([...new Set(x)].sort((a, b) => a - b));
    }
  });

  test("keeps each spike at its place", async () => {
    const { x, columns } = await curve("points=2000&columns=batchLoss");
    for (const [i, value] of spikes) expect(columns.batchLoss![x.indexOf(20 * (i + 1))]).toBe(value);
  });

  test("is answered in an interval with every step once few enough are in it, and one on each side", async () => {
    const { x, inInterval } = await curve("from=1000&to=2000&points=100");
    expect(inInterval).toBe(x.length);
    expect(x).toEqual(Array.from({ length: 52 }, (_, i) => 1000 + 20 * i));
    expect((await curve("from=1001&to=1010")).x).toEqual([1000, 1020]);
    expect((await curve("from=5000000")).x).toEqual([20 * numSteps]);
  });

  test("is smoothed before it is thinned", async () => {
    const { x, columns } = await curve("points=2000&columns=batchLoss&smoothing=10");
    const losses = Array.from({ length: numSteps }, (_, i) => spikes.get(i) ?? Math.sin(i));
    expect(x.length).toBeGreaterThan(1000);
    x.forEach((gradients, i) => {
      const at = gradients / 20 - 1;
      const window = losses.slice(Math.max(0, at - 9), at + 1);
      expect(columns.batchLoss![i]).toBeCloseTo(window.reduce((sum, value) => sum + value, 0) / window.length, 8);
    });
  });
});

test("a running mean is the mean of each window, whatever is before and after it", () => {
  const value = fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constantFrom(1e30, Number.NaN));
  const place = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      place,
      place,
      (values, length, from, to) => {
        const [begin, end] = [Math.min(from, to), Math.min(Math.max(from, to), values.length)];
        const meanAt = runningMean(values, length, begin, end);
        for (let at = begin; at < end; at++) {
          const window = values.slice(Math.max(0, at - length + 1), at + 1).filter((own) => !Number.isNaN(own));
          if (window.length === 0) {
            expect(meanAt(at)).toBeNaN();
            continue;
          }
          const sum = window.reduce((total, own) => total + own, 0);
          const size = window.reduce((total, own) => total + Math.abs(own), 0);
          // Sums of up to 12 terms in two orders.
          expect(Math.abs(meanAt(at) - sum / window.length)).toBeLessThanOrEqual(24 * Number.EPSILON * size);
        }
      },
    ),
  );
});

describe("the log of a run", () => {
  const own = mkdtempSync(join(tmpdir(), "log-"));
  afterAll(() => rmSync(own, { recursive: true }));

  test("read piece by piece is the log read at once, and each position is held by a reader of all", () => {
    const text = [startEvent(), ...[20, 40, 60, 80].map(outerAt)].map((line) => `${JSON.stringify(line)}\n`).join("");
    const file = join(own, "events.jsonl");
    const following = runLog(own);
    const positions = [following.position];
    writeFileSync(file, "");
    for (let at = 0; at < text.length; at += 37) {
      appendFileSync(file, text.slice(at, at + 37));
      following.advance();
      positions.push(following.position);
    }
    const whole = runLog(own);
    whole.advance();
    expect(following.content).toEqual(whole.content);
    expect(whole.content.gradients).toEqual([20, 40, 60, 80]);
    for (const position of positions) expect(whole.holds(position)).toBe(true);
    expect(whole.holds({ ...whole.position, offset: whole.position.offset - 1 })).toBe(false);
    expect(whole.holds({ ...whole.position, offset: whole.position.offset + 1 })).toBe(false);
  });

  test("is damaged once and for all until it changes, and is read again then", () => {
    const file = join(own, "events.jsonl");
    const log = runLog(own);
    writeFileSync(file, `${JSON.stringify(startEvent())}\nnonsense\n`);
    expect(() => log.advance()).toThrow("events.jsonl:2: malformed event");
    expect(() => log.advance()).toThrow("events.jsonl:2: malformed event");
    writeFileSync(file, `${JSON.stringify(startEvent())}\n${JSON.stringify(outerAt(20))}\n`);
    log.advance();
    expect(log.content.gradients).toEqual([20]);
    rmSync(file);
    log.advance();
    expect([log.content.gradients, log.content.start, log.position.offset]).toEqual([[], null, 0]);
  });
});
