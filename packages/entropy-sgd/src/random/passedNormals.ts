/**
 * Normals drawn ahead where threads share no memory, in pages that are not cross-origin isolated: two buffers go back and
 * forth in messages, which moves them and copies nothing.
 */
import type { CompiledModule } from "../kernels/kernels.ts";
import { randomArguments } from "../kernels/overTiles.ts";
import { drawingSource } from "./drawingSource.ts";
import type { NormalsWorker, SpawnedWorker, SpawnWorker } from "./workers.ts";

/** What is sent back and forth: to the worker with the arguments of a draw, from it with the normals. */
interface Passed {
  readonly wanted: string;
  readonly random?: readonly number[];
  readonly buffer: ArrayBuffer;
}

/**
 * A source whose worker is told by messages. A whole vector is ready or nothing, and only after the event loop has turned: a
 * draw whose message has not arrived is made where it is used. The worker cannot rest while it draws.
 */
export function passedNormals(module: CompiledModule, length: number, spawn: SpawnWorker): NormalsWorker {
  const none = new Float32Array(0);
  /** Buffers that nobody reads or writes. */
  const free = [new ArrayBuffer(4 * length), new ArrayBuffer(4 * length)];
  let worker: SpawnedWorker | null = null;
  let closed = false;
  let requested = "";
  let taken = "";
  let view = none;
  let arrived: Passed | null = null;

  function start(): SpawnedWorker {
    const started = spawn(workerSource, { module });
    started.receive((message) => {
      const passed = message as Passed;
      if (passed.wanted === requested) arrived = passed;
      else free.push(passed.buffer);
    });
    return started;
  }

  return {
    take(draw) {
      const wanted = JSON.stringify(draw);
      if (wanted === taken) return view;
      if (view !== none) free.push(view.buffer as ArrayBuffer);
      view = none;
      taken = wanted;
      if (arrived !== null) {
        if (arrived.wanted === wanted) view = new Float32Array(arrived.buffer);
        else free.push(arrived.buffer);
        arrived = null;
      }
      const next = { ...draw, step: draw.step + 1 };
      requested = JSON.stringify(next);
      const buffer = closed ? undefined : free.pop();
      if (buffer === undefined) return view;
      worker ??= start();
      worker.send({ wanted: requested, random: randomArguments(next), buffer }, [buffer]);
      return view;
    },
    pause() {},
    resume() {},
    close() {
      closed = true;
      arrived = null;
      requested = "";
      worker?.terminate();
    },
  };
}

const workerSource = `${drawingSource}
receive(({ wanted, random, buffer }) => {
  const normals = new Float32Array(buffer);
  for (let from = 0; from < normals.length; ) from += drawInto(normals, from, random);
  send({ wanted, buffer }, [buffer]);
});
`;
