/** A replica on this machine, which meets the others of its run on a NATS server. */
import {
  ClusterError,
  jetStreamExchange,
  joinReplicas,
  type LeaveOptions,
  type Member,
  meanExchange,
  missingFrom,
  type Waiting,
} from "entropy-sgd-cluster";
import { InputError, interruptible, type Replica } from "entropy-sgd-training";
import { asInput } from "../../runner/asInput.ts";
import { counted } from "../../statistics/words.ts";
import { connectedTo, denialAsInput } from "../serverConnection.ts";
import { type JoinedRun, readyWords, waitingWords } from "./joinWords.ts";
import { replicaName } from "./planParle.ts";

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
  /** What all its replicas must have alike, by name, and what that is made of. */
  readonly settings: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, string>>;
}

/** A replica that has joined. */
export interface JoinedReplica {
  /** Its number, from 0. */
  readonly index: number;
  readonly exchange: Replica["exchange"];
  /** What was refused of others, in words. */
  refusals(): string[];
  leave(options?: LeaveOptions): Promise<void>;
}

/** How a replica joins. */
export interface Joining {
  /** The numbers that it may take, the first that no living replica has. */
  readonly numbers: readonly number[];
  /** The one under which it has begun and comes back; null for one that begins. */
  readonly begunAs: number | null;
  readonly signal: AbortSignal;
  /** Told which replica it is, for whom it waits, and whom it does not wait for. */
  readonly tell: (words: string) => void;
}

/**
 * Joins, and waits until all replicas have joined, or go on without some that have ended or died.
 *
 * @throws InputError where no server answers, each number is taken, or the run is of another training; Interruption after a signal
 */
export async function joinRun(
  { nats, run, replicas: count, numParams, settings, details }: MeetingPlace,
  { numbers, begunAs, signal, tell }: Joining,
): Promise<JoinedReplica> {
  const connection = await connectedTo(nats);
  try {
    const place = asInput(() => jetStreamExchange(connection, { run, elements: numParams, settings, details }));
    const onWait = (waiting: Waiting): void => tell(waitingWords({ run, count }, waiting, begunAs !== null));
    const join = () => joinReplicas(place, { count, numbers, begunAs, onWait, signal });
    const member = await interruptible(join, signal).catch((error: unknown) => {
      throw asRefusal(error, run, numbers.length);
    });
    tell(await wordsOfJoined(member, { run, count }, signal));
    const exchange = meanExchange(member);
    return {
      index: member.replica,
      exchange: (z, outerStep, ending) =>
        interruptible(async () => {
          const exchanged = await exchange(outerStep, z, ending).catch((error: unknown) => {
            throw denialAsInput(asRefusal(error, run, count));
          });
          return { mean: exchanged.mean, missing: missingFrom(member, count, exchanged) };
        }, ending),
      refusals: () => member.refusals().map((one) => `${replicaName(one.replica)}, step ${one.version}: ${one.reason}`),
      async leave(options) {
        await member.leave(options);
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw denialAsInput(error);
  }
}

/** Which replica has joined, and who of the others is there. */
async function wordsOfJoined(member: Member, run: JoinedRun, signal: AbortSignal): Promise<string> {
  const there = (await member.members(signal)).map(({ replica }) => replica);
  const absent = Array.from({ length: run.count }, (_, number) => number).filter((number) => !there.includes(number));
  const haveEnded = await Promise.all(absent.map((number) => member.hasEnded(number, signal)));
  const ended = absent.filter((_, at) => haveEnded[at]);
  return readyWords(run, { replica: member.replica, there, absent, ended });
}

/** Why a run cannot be joined, or is lost, as an InputError; any other error as it is. */
function asRefusal(error: unknown, value: string, numReplicas: number): unknown {
  if (!(error instanceof ClusterError)) return error;
  const { code, name, rule } = error.details;
  if (code === "taken")
    return new InputError({
      name: "--run",
      rule: `each of its ${counted(numReplicas, "replica")} is at work, and a run takes no more`,
      value,
    });
  if (code === "lease-lost") {
    const how = "the same command goes on when that one has left";
    return new InputError({ name: "--run", rule: `its number ${rule}; ${how}`, value });
  }
  if (code === "other-settings") {
    const how = "replicas of a run have the same settings; take those of the others, or another name";
    return new InputError({ name: "--run", rule: `is of other settings: ${name} ${rule}; ${how}`, value });
  }
  if (code !== "other-length") return error;
  return new InputError({ name: "--run", rule: `is of another network: ${name} ${rule}; choose another name`, value });
}
