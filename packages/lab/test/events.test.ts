/** events.jsonl: numbered lines, thinned where a run is long, read in bounded memory. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isKept } from "entropy-sgd-training";
import { afterAll, describe, expect, test } from "vitest";
import { maxEventBytes } from "../src/runs/eventFile.ts";
import type { RecordedEvent } from "../src/runs/eventSchemas.ts";
import { eventWriter, writeEvents } from "../src/runs/eventWriter.ts";
import { readEvents } from "../src/runs/readRun.ts";
import { evaluationAt, outerAt, resultWith, startEvent } from "./testRecords.ts";

const root = mkdtempSync(join(tmpdir(), "events-"));
afterAll(() => rmSync(root, { recursive: true }));

const position = { numLines: 0, numEvaluations: 0, innerSteps: 20 };
let numFolders = 0;
const folder = (): string => mkdtempSync(join(root, `${numFolders++}-`));
const text = (run: string): string => readFileSync(join(run, "events.jsonl"), "utf8");
const evaluated = (gradients: number): RecordedEvent => {
  const { params: _, ...event } = evaluationAt(gradients, 0.5, []);
  return event;
};

/** A run under way in a new folder. */
function writing(at = position) {
  const run = folder();
  writeEvents(run, [], () => {});
  return { run, ...eventWriter(run, at, () => {}) };
}

describe("thinning", () => {
  test("keeps all of the first 16,384 numbers, and half as many of each doubling, evenly", () => {
    const kept = (from: number, to: number): number[] => {
      const found: number[] = [];
      for (let n = from; n <= to; n++) if (isKept(n)) found.push(n);
      return found;
    };
    expect(kept(1, 16_384)).toHaveLength(16_384);
    expect(kept(16_385, 32_768)).toHaveLength(8192);
    const later = kept(32_769, 65_536);
    expect(later).toHaveLength(8192);
    expect(new Set(later.slice(1).map((n, i) => n - later[i]!))).toEqual(new Set([4]));
  });

  test("keeps the log of the longest possible run far below the limit of its readers", () => {
    // 2^53 = 2^14 · 2^39: 39 doublings, three kinds that are thinned, lines of less than a kilobyte.
    expect(3 * (16_384 + 39 * 8192) * 1000).toBeLessThan(maxEventBytes);
  });

  test("depends on the number of the outer step alone, also in an interrupted run, and keeps the last", () => {
    const [begin, end] = [16_380, 16_400];
    const whole = writing({ ...position, numLines: 7 });
    for (let n = begin; n <= end - 1; n++) whole.append(outerAt(20 * n));
    const first = writing({ ...position, numLines: 7 });
    for (let n = begin; n <= 16_391; n++) first.append(outerAt(20 * n));
    const copy = Buffer.from(text(first.run));
    const second = folder();
    const numLines = 7 + writeEvents(second, [copy.subarray(0, 50), copy.subarray(50)], () => {});
    const { append } = eventWriter(second, { ...position, numLines }, () => {});
    for (let n = 16_392; n <= end - 1; n++) append(outerAt(20 * n));
    expect(text(second)).toBe(text(whole.run));
    const numbers = (run: string): number[] =>
      text(run)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).gradients / 20);
    expect(numbers(whole.run)).toEqual([
      16380, 16381, 16382, 16383, 16384, 16386, 16388, 16390, 16392, 16394, 16396, 16398,
    ]);
    append({ type: "end", result: resultWith({}) });
    expect(text(second).trimEnd().split("\n").at(-2)).toContain(`"gradients":${20 * (end - 1)},`);
  });

  test("counts evaluations too, including those before the checkpoint", () => {
    const run = writing({ ...position, numEvaluations: 16_383 });
    for (let i = 1; i <= 4; i++) run.append(evaluated(i));
    expect(readEvents(run.run).evaluations.map(({ gradients }) => gradients)).toEqual([1, 3]);
  });

  test("is done by the reader for logs of earlier versions, which hold every outer step", () => {
    const run = folder();
    const lines = [startEvent(), ...Array.from({ length: 16_390 }, (_, i) => outerAt(20 * (i + 1)))];
    writeFileSync(join(run, "events.jsonl"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { outers } = readEvents(run);
    expect(outers.slice(-4).map(({ gradients }) => gradients / 20)).toEqual([16384, 16386, 16388, 16390]);
  });
});

describe("lines", () => {
  test("are numbered, and a missing, repeated or foreign line is reported", () => {
    const { run, append } = writing();
    for (const event of [startEvent(), outerAt(20), outerAt(40), outerAt(60)]) append(event);
    const [start, ...outers] = text(run).trimEnd().split("\n");
    expect(JSON.parse(outers[1]!).sequence).toBe(3);
    const refused = (...lines: (string | undefined)[]): string => {
      writeFileSync(join(run, "events.jsonl"), lines.map((line) => `${line}\n`).join(""));
      try {
        readEvents(run);
        return "read";
      } catch (error) {
        return String(error);
      }
    };
    expect(refused(start, ...outers)).toBe("read");
    expect(refused(start, outers[1], outers[2])).toContain("events.jsonl:2: must have the sequence number 2, found 3");
    expect(refused(start, outers[0], outers[0])).toContain("events.jsonl:3: must have the sequence number 3, found 2");
    expect(refused(start, outers[0]!.replace(/,"sequence":2/, ""))).toContain(
      ":2: must have the sequence number 2, found none",
    );
  });

  test("are numbered from the resume of a run that began without numbers", () => {
    const run = folder();
    const old = Buffer.from(`${JSON.stringify(startEvent())}\n${JSON.stringify(outerAt(20))}\n`);
    const numLines = writeEvents(run, [old], () => {});
    eventWriter(run, { ...position, numLines }, () => {}).append(outerAt(40));
    expect(JSON.parse(text(run).trimEnd().split("\n")[2]!).sequence).toBe(3);
    expect(readEvents(run).outers).toEqual([outerAt(20), outerAt(40)]);
  });

  test("that span two reads are whole", () => {
    const run = folder();
    const lines = Array.from({ length: 9000 }, (_, i) => ({ ...outerAt(20 * (i + 1)), note: "ö".repeat(i % 97) }));
    const bytes = Buffer.from([startEvent(), ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""));
    expect(bytes.length).toBeGreaterThan(2 ** 21);
    writeFileSync(join(run, "events.jsonl"), bytes);
    expect(readEvents(run).outers.map(({ gradients }) => gradients)).toEqual(lines.map(({ gradients }) => gradients));
  });

  test("are not appended beyond the limit of the reader", () => {
    const { run, append } = writing();
    // A file of that size without as many bytes on the disk.
    truncateSync(join(run, "events.jsonl"), maxEventBytes - 10);
    expect(() => append(startEvent())).toThrow(/events\.jsonl: must have at most 4294967296 bytes, it would have/);
  });

  test("without an end are bounded in memory", () => {
    const run = folder();
    writeFileSync(join(run, "events.jsonl"), "");
    truncateSync(join(run, "events.jsonl"), 2 ** 31);
    appendFileSync(join(run, "events.jsonl"), "\n");
    const before = process.memoryUsage.rss();
    expect(() => readEvents(run)).toThrow(/events\.jsonl:1: the line must have at most 1048576 characters/);
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 ** 28);
  });
});
