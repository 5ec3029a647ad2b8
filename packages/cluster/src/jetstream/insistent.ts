/** Questions to a server that may be away, or come back without what it knew. */
import { JetStreamApiCodes, JetStreamApiError, JetStreamError } from "@nats-io/jetstream";
import { errors, type NatsConnection } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";
import { silenceOf } from "./silence.ts";
import { throwIfFull } from "./throwIfFull.ts";

/** Does an action again until the server has answered it, or the signal is aborted; what cannot pass is thrown. */
export type Insist = <T>(action: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** The connection was lost and is there again: what was asked meanwhile has no answer. */
class Interruption extends Error {}

/** Milliseconds between tries. */
const pause = 100;
/** Tries of what may pass within a moment. */
const briefTries = 5;

/**
 * @param prepare - makes what actions need; done at first, after each reconnection, and where an action found no answer
 * @param patience - milliseconds for which a server that is there may answer nothing
 */
export function insistent(connection: NatsConnection, prepare: () => Promise<void>, patience?: number): Insist {
  let prepared = quiet(prepare());
  let numConnections = 1;
  /** Ends the waits for what has no answer any more. Races against one promise would all be kept by it, with their answers. */
  const waiting = new Set<(reason: Interruption) => void>();
  const unlessInterrupted = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.add(reject);
      promise.then(resolve, reject).finally(() => waiting.delete(reject));
    });
  const silence = silenceOf(connection, patience);
  void onStatus(connection, (type) => {
    if (type === "disconnect") silence.excused();
    if (type !== "reconnect") return;
    silence.broken();
    numConnections += 1;
    prepared = quiet(prepare());
    for (const interrupt of waiting) interrupt(new Interruption());
  });
  return async (action, signal) => {
    const since = performance.now();
    let numBrief = 0;
    for (;;) {
      signal?.throwIfAborted();
      const [askedOver, before] = [numConnections, prepared];
      try {
        await unlessAborted(unlessInterrupted(prepared), signal);
        const answer = await unlessAborted(unlessInterrupted(action()), signal);
        silence.broken();
        return answer;
      } catch (error) {
        throwIfDenied(error);
        throwIfFull(error);
        if (error instanceof JetStreamApiError) silence.broken();
        if (!isPassing(error) && !(isBrief(error) && ++numBrief < briefTries)) throw error;
      }
      // After a reconnection all is prepared again already.
      if (askedOver !== numConnections) continue;
      silence.requireShort(since);
      await unlessAborted(new Promise((resolve) => setTimeout(resolve, pause)), signal);
      // Once for all actions that found no answer.
      if (prepared === before) prepared = quiet(prepare());
    }
  };
}

/** A promise whose failure is told to those who wait for it only. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function onStatus(connection: NatsConnection, then: (type: string) => void): Promise<void> {
  for await (const { type } of connection.status()) then(type);
}

/**
 * What the account's rights forbid does not pass.
 *
 * @throws ClusterError "denied"
 */
export function throwIfDenied(error: unknown): void {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof errors.PermissionViolationError)) continue;
    const { operation, subject } = cause;
    const what = operation === "publish" ? "publishing to" : "a subscription to";
    throw new ClusterError("denied", "server", `${what} ${subject}`, "is not among the rights of this user");
  }
}

/** What is made again before the next try. */
const forgotten: readonly number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound];

/** Whether the server may answer another time: it was away, or has lost a stream. */
function isPassing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status === 503 || forgotten.includes(error.code);
  return (
    error instanceof Interruption ||
    // What a pull tells of a server that is slow, or no longer the leader.
    error instanceof JetStreamError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.RequestError ||
    error instanceof errors.NoRespondersError ||
    error instanceof errors.ConnectionError ||
    // No stream for a subject, in the client's words; the class is not exported.
    (error instanceof Error && error.name === "JetStreamNotEnabled")
  );
}

/** What the server says of what a second connection creates at the same moment, and of streams and consumers that stand in the way. */
const [subjectsOverlap, consumerExists] = [10065, 10148];

function isBrief(error: unknown): boolean {
  return error instanceof JetStreamApiError && [subjectsOverlap, consumerExists].includes(error.code);
}

/** A promise, or what the signal is aborted with if that comes first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    promise.then(resolve, reject).finally(onAbort(signal, abort));
    if (signal.aborted) abort();
  });
}

/** Those who wait for a signal: one listener for all of them, as Node warns of a leak where a signal has more than ten. */
class Waiting extends Set<() => void> {
  handleEvent(): void {
    for (const one of this) one();
  }
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/** @returns what ends the waiting */
function onAbort(signal: AbortSignal, then: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? new Waiting();
  waitingFor.set(signal, waiting);
  if (waiting.size === 0) signal.addEventListener("abort", waiting);
  waiting.add(then);
  return () => {
    waiting.delete(then);
    if (waiting.size === 0) signal.removeEventListener("abort", waiting);
  };
}
