/** A replica on this machine, which meets the others of its run on a NATS server. */
import {
  awaitMembers,
  ClusterError,
  type Exchange,
  exchangeMean,
  jetStreamExchange,
  type Member,
} from "entropy-sgd-cluster";
import { InputError, type Replica, throwIfInterrupted } from "entropy-sgd-training";
import { connectedTo } from "../serverConnection.ts";

/** Where replicas meet. */
export interface MeetingPlace {
  /** Address of the server, such as nats://host:4222. */
  readonly nats: string;
  /** Name of the run, the same for all its replicas. */
  readonly run: string;
  /** Replicas of the run. */
  readonly replicas: number;
  /** Length of the vectors that are exchanged. */
  readonly numParams: number;
}

/** A replica that has joined. */
export interface JoinedReplica {
  /** Its number, from 0. */
  readonly index: number;
  readonly exchange: Replica["exchange"];
  /** What was refused of others, in words. */
  refusals(): string[];
  leave(): Promise<void>;
}

/**
 * Takes the first of these numbers that no living replica has, and waits until all replicas have joined.
 *
 * @param onWait - told while it waits for the others
 * @throws InputError where no server answers, or each number is taken; Interruption after a signal
 */
export async function joinRun(
  { nats, run, replicas, numParams }: MeetingPlace,
  numbers: readonly number[],
  signal: AbortSignal,
  onWait: () => void,
): Promise<JoinedReplica> {
  const connection = await connectedTo(nats);
  try {
    const member = await firstFree(jetStreamExchange(connection, { run, elements: numParams }), run, numbers, signal);
    onWait();
    await interruptible(() => awaitMembers(member, replicas, signal), signal);
    return {
      index: member.replica,
      exchange: (z, outerStep, ending) =>
        interruptible(async () => (await exchangeMean(member, outerStep, z, ending)).mean, ending),
      refusals: () => member.refusals().map((one) => `replica ${one.replica + 1}, step ${one.version}: ${one.reason}`),
      async leave() {
        await member.leave();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    if (error instanceof ClusterError && error.details.code === "denied")
      throw new InputError({ name: "--nats", rule: error.message });
    throw error;
  }
}

async function firstFree(
  exchange: Exchange,
  run: string,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<Member> {
  for (const number of numbers) {
    try {
      return await interruptible(() => exchange.join(number, signal), signal);
    } catch (error) {
      if (!(error instanceof ClusterError && error.details.code === "taken")) throw error;
    }
  }
  throw new InputError({ name: "--run", rule: `each of its ${numbers.length} replicas is at work`, value: run });
}

/** @throws Interruption where the signal ended the work */
async function interruptible<Result>(work: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throwIfInterrupted(signal);
    throw error;
  }
}
