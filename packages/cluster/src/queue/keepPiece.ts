/** Keeps a piece while it is worked on, and notices when that is in vain. */
import type { JsMsg } from "@nats-io/jetstream";
import { holds, type Streams } from "../jetstream/streams.ts";
import { storedOutcome } from "./outcome.ts";
import { missedHeartbeats, type QueueNames } from "./queueStreams.ts";
import { EndedElsewhere } from "./workQueue.ts";

/** A piece, and the milliseconds between the heartbeats that keep it. */
export interface TakenPiece {
  readonly message: JsMsg;
  readonly heartbeat: number;
  /**
   * Whether the server has the stream that it was taken from. One that has lost its disk counts anew: what it is told of a message then
   * would be of another piece that has its number.
   */
  readonly isOfStream: () => boolean;
}

export interface KeptPiece {
  /** Aborted with that of the worker; with `EndedElsewhere` where the piece has ended without it. */
  readonly signal: AbortSignal;
  /** Looks now, as before something is stored. */
  look(): Promise<void>;
  end(): void;
}

/** How often it is looked whether the piece has ended, in milliseconds; more often where heartbeats are. */
const usualLook = 3_000;

/** @param onLapse - told for how many milliseconds the server was not reached, if heartbeats were missed */
export function keepPiece(
  { streams, names, onLapse }: { streams: Streams; names: QueueNames; onLapse: (id: string, silence: number) => void },
  { message, heartbeat, isOfStream }: TakenPiece,
  signal: AbortSignal,
): KeptPiece {
  const id = names.idOf(message.subject);
  const [left, elsewhere] = [new AbortController(), new AbortController()];
  const beat = setInterval(() => isOfStream() && message.working(), heartbeat);
  // A worker that is stopped waits for no server that is away.
  const asking = AbortSignal.any([left.signal, signal]);
  let heard = performance.now();
  const look = async (): Promise<void> => {
    const { outcome } = await storedOutcome(streams, names, id, asking);
    const isGone = outcome === null && (await hasGone());
    const silence = performance.now() - heard;
    heard = performance.now();
    if (outcome !== null) elsewhere.abort(new EndedElsewhere(outcome.removed === true ? "removed" : "ended"));
    else if (isGone) elsewhere.abort(new EndedElsewhere("gone"));
    else if (silence > missedHeartbeats * heartbeat) onLapse(id, silence);
  };
  /** Whether its work is not on the queue, where that of its name may have been added anew: the outcome may be fetched and forgotten by now. */
  const hasGone = async (): Promise<boolean> => {
    // After faults of its servers, copies of a queue may hold different work for long.
    if (streams.haveCopies) return false;
    const isThere = await streams.insist(() => holds(streams, names.work, message), asking);
    // A server that has lost its disk has lost the work of all who are at some: what they do is not in vain.
    return !isThere && isOfStream();
  };
  // What it cannot see now it looks for again.
  const lookAgain = (): void =>
    void look()
      .catch(() => {})
      .finally(later);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    if (!left.signal.aborted) timer = setTimeout(lookAgain, Math.min(heartbeat, usualLook));
  };
  later();
  return {
    signal: AbortSignal.any([signal, elsewhere.signal]),
    look,
    end() {
      left.abort();
      clearInterval(beat);
      clearTimeout(timer);
    },
  };
}
