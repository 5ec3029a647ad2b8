/** A replica on this machine, which meets the others of its run on a NATS server. */
import { ClusterError, jetStreamExchange, joinReplicas, meanExchange } from "entropy-sgd-cluster";
import { InputError, interruptible, type Replica } from "entropy-sgd-training";
import { asInput } from "../../runner/asInput.ts";
import { connectedTo, denialAsInput } from "../serverConnection.ts";

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
 * @throws InputError where no server answers, each number is taken, or the run's vectors have another length; Interruption after a signal
 */
export async function joinRun(
  { nats, run, replicas: count, numParams }: MeetingPlace,
  numbers: readonly number[],
  signal: AbortSignal,
  onWait: () => void,
): Promise<JoinedReplica> {
  const connection = await connectedTo(nats);
  try {
    const place = asInput(() => jetStreamExchange(connection, { run, elements: numParams }));
    const join = () => joinReplicas(place, { count, numbers, onJoin: onWait, signal });
    const member = await interruptible(join, signal).catch((error: unknown) => {
      throw asRefusal(error, run, numbers.length);
    });
    const exchange = meanExchange(member);
    return {
      index: member.replica,
      exchange: (z, outerStep, ending) =>
        interruptible(async () => {
          const { mean, replicas } = await exchange(outerStep, z, ending);
          return { mean, missing: Math.max(0, count - replicas.length) };
        }, ending),
      refusals: () => member.refusals().map((one) => `replica ${one.replica + 1}, step ${one.version}: ${one.reason}`),
      async leave() {
        await member.leave();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw denialAsInput(error);
  }
}

/** Why a run cannot be joined, as an InputError; any other error as it is. */
function asRefusal(error: unknown, value: string, numReplicas: number): unknown {
  if (!(error instanceof ClusterError)) return error;
  const { code, name, rule } = error.details;
  if (code === "taken")
    return new InputError({ name: "--run", rule: `each of its ${numReplicas} replicas is at work`, value });
  if (code !== "other-length") return error;
  return new InputError({ name: "--run", rule: `is of another network: ${name} ${rule}; choose another name`, value });
}
