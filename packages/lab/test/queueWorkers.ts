/** A NATS server and workers for the tests of a file. */
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { hasServer, type NatsServer, startServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { readRun, weightsOf } from "../src/runs/readRun.ts";
import { inMemory } from "./commandRunner.ts";

/** The runs of a comparison of two optimizers. */
export const runNames: readonly string[] = ["adam-1", "sgd-1"];

/** The weights of runs in a folder. */
export function weightsIn(out: string, names: readonly string[] = runNames): unknown[] {
  return names.map((name) => weightsOf(join(out, name), readRun(join(out, name))));
}

/** A worker in this process. */
export interface WorkerHere {
  readonly written: { readonly stdout: string; readonly stderr: string };
  /** Ends it by SIGTERM; its exit code. */
  stop(): Promise<number>;
}

/** Starts the server before the tests, and ends it and all workers after them. */
export function withWorkers(): {
  readonly address: () => string;
  /** The options of a queue of its own. */
  readonly newQueue: () => string[];
  readonly worker: (...args: readonly string[]) => WorkerHere;
} {
  let server: NatsServer;
  let queues = 0;
  const workers: WorkerHere[] = [];
  beforeAll(async () => {
    if (hasServer) server = await startServer();
  });
  afterAll(async () => {
    for (const one of workers) await one.stop();
    if (hasServer) await server.stop();
  });
  return {
    address: () => server.address,
    newQueue: () => ["--nats", server.address, "--queue", `queue-${queues++}`],
    worker(...args) {
      const controller = new AbortController();
      const { context, written } = inMemory({ signal: controller.signal });
      const ended = main(["worker", "--heartbeat", "0.3", ...args], context);
      const here = {
        written,
        stop: async () => {
          controller.abort("SIGTERM");
          return ended;
        },
      };
      workers.push(here);
      return here;
    },
  };
}
