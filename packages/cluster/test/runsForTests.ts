/** Runs for the tests of a file: in process and, where a server is installed, on one of their own. */
import type { NatsConnection } from "@nats-io/nats-core";
import { type Exchange, inProcessExchange, jetStreamExchange } from "entropy-sgd-cluster";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

/** Opens a new run of vectors of so many elements, 1 when absent: what it gives is an exchange for each machine. */
export type OpenRun = (elements?: number) => () => Promise<Exchange>;

/** @param name - that runs on the server begin with. @param heartbeat - of their leases, in milliseconds */
export function runsForTests(
  name: string,
  heartbeat?: number,
): {
  /** Those that were made, oldest first. */
  readonly connections: readonly NatsConnection[];
  readonly newRun: () => string;
  /** An exchange over a connection of its own. */
  readonly exchangeOn: (run: string, elements?: number) => Promise<Exchange>;
  readonly backends: readonly (readonly [string, OpenRun])[];
} {
  const { connections, connected } = serverForTests();
  let runs = 0;
  const newRun = (): string => `${name}-${runs++}`;
  const exchangeOn = async (run: string, elements = 1): Promise<Exchange> =>
    jetStreamExchange(await connected(), { run, elements, ...(heartbeat !== undefined && { heartbeat }) });
  const inProcess: OpenRun = (elements = 1) => {
    const exchange = inProcessExchange({ elements });
    return async () => exchange;
  };
  const onServer: OpenRun = (elements) => {
    const run = newRun();
    return () => exchangeOn(run, elements);
  };
  const backends = [["in process", inProcess] as const, ["on JetStream", onServer] as const];
  return { connections, newRun, exchangeOn, backends: hasServer ? backends : backends.slice(0, 1) };
}
