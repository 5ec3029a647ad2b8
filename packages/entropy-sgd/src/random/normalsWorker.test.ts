import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test, vi } from "vitest";
import { compiledKernels } from "../kernels/kernels.ts";
import type { Draw, NormalsAhead } from "./draw.ts";
import { normalInto } from "./fills.ts";
import { normalsWorker } from "./normalsWorker.ts";
import { passedNormals } from "./passedNormals.ts";
import { randomKey } from "./randomKey.ts";
import type { NormalsWorker, SpawnedWorker } from "./workers.ts";

const workers: Worker[] = [];
const prelude = `const { workerData: data, parentPort } = require("node:worker_threads");
const send = (message, transfer) => parentPort.postMessage(message, transfer);
const receive = (listener) => parentPort.on("message", listener);
`;
const spawn = (source: string, data: object): SpawnedWorker => {
  const worker = new Worker(prelude + source, { eval: true, workerData: data });
  workers.push(worker);
  return {
    send: (message, transfer) => worker.postMessage(message, transfer),
    receive: (listener) => worker.on("message", listener),
    terminate: () => worker.terminate(),
  };
};
afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

const length = 100_003;
const draw = (step: number, seed = 1): Draw => ({ key: randomKey(seed, "test"), stream: 3, step });
const expected = (from: Draw): Float32Array => {
  const out = new Float32Array(length);
  normalInto(out, from);
  return out;
};
const bytesOf = (view: Float32Array): Buffer => Buffer.from(view.buffer, view.byteOffset, view.byteLength);
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

/** In memory of both threads, and in messages where there is none. */
const sources: readonly (readonly [string, () => NormalsWorker])[] = [
  ["shared", () => normalsWorker(length, spawn)!],
  ["passed", () => passedNormals(compiledKernels()!, length, spawn)],
];

describe.each(sources)("normals drawn ahead, %s,", (way, start) => {
  test("are the first elements of the same draw", async () => {
    const source = start();
    for (const step of [0, 1, 2, 2 ** 32 - 1, 2 ** 33]) {
      const view = await drawn(source, step, step + 1, length);
      expect(bytesOf(view).equals(bytesOf(expected(draw(step + 1))))).toBe(true);
      expect(source.take(draw(step + 1))).toBe(view);
    }
    source.close();
  });

  test("are none for a draw that was not foreseen, nor after the end", async () => {
    const source = start();
    expect(source.take(draw(0)).length).toBe(0);
    await drawn(source, 5, 6, 1);
    expect(source.take(draw(9)).length).toBe(0);
    expect(source.take(draw(10, 2)).length).toBe(0);
    source.take(draw(20));
    source.close();
    expect(source.take(draw(21)).length).toBe(0);
  });

  test("are none before the event loop has turned, and late ones of another draw are put aside", async () => {
    const source = start();
    for (let step = 0; step < 50; step++) {
      // Without a turn of the loop no message arrives; shared memory needs none, and may have some of them.
      const view = source.take(draw(step));
      if (way === "passed") expect(view.length).toBe(0);
      expect(bytesOf(view).equals(bytesOf(expected(draw(step)).subarray(0, view.length)))).toBe(true);
    }
    await pause(50);
    const view = await drawn(source, 100, 101, length);
    expect(bytesOf(view).equals(bytesOf(expected(draw(101))))).toBe(true);
    source.close();
  });
});

test("shared normals are not drawn while the worker rests", async () => {
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

test("vectors that are too short to gain are refused", () => {
  expect(normalsWorker(1000, spawn)).toBeNull();
});

test("without shared memory normals are passed", async () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  try {
    const sent: unknown[] = [];
    const source = normalsWorker(length, (_, data) => {
      sent.push(data);
      return { send: (message) => sent.push(message), receive: () => {}, terminate: () => {} };
    })!;
    source.take(draw(0));
    expect(sent).toEqual([{ module: compiledKernels() }, expect.objectContaining({ buffer: expect.any(ArrayBuffer) })]);
  } finally {
    vi.unstubAllGlobals();
  }
});
