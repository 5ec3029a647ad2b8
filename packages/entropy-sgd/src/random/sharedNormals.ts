/** Normals drawn ahead into memory that this thread and the worker share. */
import type { CompiledModule } from "../kernels/kernels.ts";
import { randomArguments } from "../kernels/overTiles.ts";
import { chunk, drawingSource } from "./drawingSource.ts";
import type { NormalsWorker, SpawnWorker } from "./workers.ts";

/** Words of the control block. */
const word = { request: 0, paused: 1, ready: 2, key0: 4, key1: 5, stepLow: 6, stepHigh: 7, stream: 8 } as const;
const numWords = 9;

/** Chunks drawn are counted in the lower bits of `ready`, above them stands the request they belong to. */
const countBits = 16;

/** Elements that the count of chunks has no room for. */
export const longest: number = chunk * 2 ** countBits;

/** A source whose worker is told by a block of control words, and counts there what it has drawn, chunk by chunk. */
export function sharedNormals(module: CompiledModule, length: number, spawn: SpawnWorker): NormalsWorker {
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
const workerSource = `${drawingSource}
const { control, normals, length } = data;
const words = new Int32Array(control);
let last = 0;
for (;;) {
  Atomics.wait(words, ${word.request}, last);
  const request = Atomics.load(words, ${word.request});
  if (request === last) continue;
  last = request;
  const random = [${[word.key0, word.key1, word.stepLow, word.stepHigh, word.stream].join(", ")}].map((at) => Atomics.load(words, at));
  const half = new Float32Array(normals, 4 * length * (request & 1), length);
  let state = request << ${countBits};
  for (let from = 0; from < length; ) {
    while (Atomics.load(words, ${word.paused}) === 1) Atomics.wait(words, ${word.paused}, 1);
    if (Atomics.load(words, ${word.request}) !== request) break;
    from += drawInto(half, from, random);
    if (Atomics.compareExchange(words, ${word.ready} + (request & 1), state, state + 1) !== state) break;
    state += 1;
  }
}
`;
