/**
 * Normals drawn by another thread ahead of their use.
 *
 * A draw is a function of (key, stream, step, element), and moves use the steps of one key and stream in order. So when a
 * move takes draw t, a worker can make draw t + 1 while this thread does the rest of its step. Whatever is not ready in time
 * the move draws itself: the bits are the same, only the time differs.
 */
import { type CompiledModule, compiledKernels, noiseAddress } from "../kernels/kernels.ts";
import { randomArguments } from "../kernels/overTiles.ts";
import type { NormalsAhead } from "./draw.ts";

/** A source with its worker. */
export interface NormalsWorker extends NormalsAhead {
  /** The worker rests, so that another use of the cores is not disturbed. */
  pause(): void;
  resume(): void;
  /** Ends the worker; later draws are made where they are used. */
  close(): void;
}

/** What a worker is started with; structured-cloneable. */
export interface NormalsWorkerData {
  readonly module: CompiledModule;
  readonly control: SharedArrayBuffer;
  readonly normals: SharedArrayBuffer;
  readonly length: number;
}

/** Starts a worker that runs the program `source`, a script that finds its data in the global `data`; gives how to end it. */
export type SpawnWorker = (source: string, data: NormalsWorkerData) => { terminate(): void };

/** Words of the control block. */
const word = { request: 0, paused: 1, ready: 2, key0: 4, key1: 5, stepLow: 6, stepHigh: 7, stream: 8 } as const;
const numWords = 9;

/** Elements between two looks at the control block: about 50 µs of work. */
const chunk = 16384;
/** Chunks drawn are counted in the lower bits of `ready`, above them stands the request they belong to. */
const countBits = 16;

/**
 * Normals for vectors of `length` elements, drawn by a worker that starts at the first `take`. Memory: two vectors, shared
 * between the threads.
 *
 * @returns null where there is no shared memory, no SIMD, or the vectors are too short to gain by it
 */
export function normalsWorker(length: number, spawn: SpawnWorker): NormalsWorker | null {
  const module = compiledKernels();
  if (module === null || typeof SharedArrayBuffer === "undefined" || length < 4 * chunk) return null;
  if (length >= chunk * 2 ** countBits) return null;
  const control = new SharedArrayBuffer(4 * numWords);
  const words = new Int32Array(control);
  const normals = new SharedArrayBuffer(8 * length);
  const halves = [new Float32Array(normals, 0, length), new Float32Array(normals, 4 * length, length)] as const;
  let worker: ReturnType<SpawnWorker> | null = null;
  let closed = false;
  const none = halves[0].subarray(0, 0);
  let request = 0;
  let requested = "";
  let taken = "";
  let view = none;

  return {
    take(draw) {
      const wanted = JSON.stringify(draw);
      if (wanted === taken) return view;
      taken = wanted;
      view = none;
      if (wanted === requested) {
        const ready = Atomics.load(words, word.ready + (request & 1));
        const count = ready & (2 ** countBits - 1);
        view = halves[request & 1].subarray(0, Math.min(length, count * chunk));
      }
      if (closed) return view;
      worker ??= spawn(workerSource, { module, control, normals, length });
      const next = { ...draw, step: draw.step + 1 };
      requested = JSON.stringify(next);
      // Requests alternate between the halves; the one just taken is read while the other is written.
      request = (request + 1) & 0x7fff;
      Atomics.store(words, word.ready + (request & 1), request << countBits);
      const random = randomArguments(next);
      [word.key0, word.key1, word.stepLow, word.stepHigh, word.stream].forEach((at, i) => {
        Atomics.store(words, at, random[i]);
      });
      Atomics.store(words, word.request, request);
      Atomics.notify(words, word.request);
      return view;
    },
    pause() {
      Atomics.store(words, word.paused, 1);
    },
    resume() {
      Atomics.store(words, word.paused, 0);
      Atomics.notify(words, word.paused);
    },
    close() {
      closed = true;
      requested = "";
      worker?.terminate();
    },
  };
}

/**
 * The worker's program. It draws chunk by chunk into its own small memory and copies them out; it leaves a draw as soon as
 * another is requested, and what it had in work then counts for nothing because the count carries the request's number.
 */
const workerSource = `"use strict";
const { module, control, normals, length } = data;
const words = new Int32Array(control);
const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
kernels.initialise();
const block = new Float32Array(memory.buffer, ${noiseAddress}, ${chunk});
let last = 0;
for (;;) {
  Atomics.wait(words, ${word.request}, last);
  const request = Atomics.load(words, ${word.request});
  if (request === last) continue;
  last = request;
  const random = [${[word.key0, word.key1, word.stepLow, word.stepHigh, word.stream].join(", ")}].map((at) => Atomics.load(words, at));
  const half = new Float32Array(normals, 4 * length * (request & 1), length);
  let state = request << ${countBits};
  for (let from = 0; from < length; from += ${chunk}) {
    while (Atomics.load(words, ${word.paused}) === 1) Atomics.wait(words, ${word.paused}, 1);
    if (Atomics.load(words, ${word.request}) !== request) break;
    const count = Math.min(${chunk}, length - from);
    kernels.fillNormal(${noiseAddress}, from / 16, Math.ceil(count / 16), ...random);
    half.set(count === ${chunk} ? block : block.subarray(0, count), from);
    if (Atomics.compareExchange(words, ${word.ready} + (request & 1), state, state + 1) !== state) break;
    state += 1;
  }
}
`;
