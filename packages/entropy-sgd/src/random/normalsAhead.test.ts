import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import type { Draw, NormalsAhead } from "./draw.ts";
import { normalInto } from "./fills.ts";
import { type NormalsWorkerData, normalsWorker } from "./normalsAhead.ts";
import { randomKey } from "./randomKey.ts";

const workers: Worker[] = [];
const spawn = (source: string, data: NormalsWorkerData): Worker => {
  const program = `const { workerData: data } = require("node:worker_threads");\n${source}`;
  const worker = new Worker(program, { eval: true, workerData: data });
  workers.push(worker);
  return worker;
};
afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

const length = 100_003;
const draw = (step: number, seed = 1): Draw => ({ key: randomKey(seed, "test"), stream: 3, step });
const expected = (from: Draw): Float32Array => {
  const out = new Float32Array(length);
  normalInto(out, from);
  return out;
};
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** The draw's normals when the worker has made at least `count` of them. */
async function drawn(source: NormalsAhead, from: number, next: number, count: number): Promise<Float32Array> {
  source.take(draw(from));
  for (let waited = 0; waited < 200; waited++) {
    await pause(25);
    // Another draw's view is empty and requests the one after it; a second look at the same gives the same view.
    const view = source.take(draw(next));
    if (view.length >= count) return view;
    source.take(draw(from));
  }
  throw new Error("the worker drew nothing in 5 seconds");
}

describe("normals drawn ahead", () => {
  test("are the first elements of the same draw", async () => {
    const source = normalsWorker(length, spawn)!;
    for (const step of [0, 1, 2, 2 ** 32 - 1, 2 ** 33]) {
      const view = await drawn(source, step, step + 1, length);
      expect(Buffer.from(view.slice().buffer).equals(Buffer.from(expected(draw(step + 1)).buffer))).toBe(true);
      expect(source.take(draw(step + 1))).toBe(view);
    }
    source.close();
  });

  test("are none for a draw that was not foreseen, nor after the end", async () => {
    const source = normalsWorker(length, spawn)!;
    expect(source.take(draw(0)).length).toBe(0);
    await drawn(source, 5, 6, 1);
    expect(source.take(draw(9)).length).toBe(0);
    expect(source.take(draw(10, 2)).length).toBe(0);
    source.take(draw(20));
    source.close();
    expect(source.take(draw(21)).length).toBe(0);
  });

  test("are not drawn while the worker rests", async () => {
    const source = normalsWorker(length, spawn)!;
    await drawn(source, 0, 1, length);
    source.pause();
    await pause(50);
    source.take(draw(7));
    await pause(100);
    // The chunk that was in work when the pause began may be done.
    expect(source.take(draw(8)).length).toBeLessThanOrEqual(16384);
    source.resume();
    expect((await drawn(source, 8, 9, length)).length).toBe(length);
    source.close();
  });

  test("are refused for short vectors", () => {
    expect(normalsWorker(1000, spawn)).toBeNull();
  });
});
