/** Long work that a signal ends between two batches: it throws, and who began it keeps what is complete. */

/** Thrown where a signal was seen. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** Signals that end a command in good order. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of them. */
export type EndingSignal = (typeof endingSignals)[number];

/** Which of them aborted a signal; SIGINT for another reason. */
export function endingSignalOf({ reason }: AbortSignal): EndingSignal {
  return endingSignals.find((name) => name === reason) ?? "SIGINT";
}

/** What long work asks of a signal. */
export type StopSignal = { readonly aborted: boolean } | undefined;

/** @throws Interruption after a signal */
export function throwIfInterrupted(signal: StopSignal): void {
  if (signal?.aborted) throw new Interruption("interrupted");
}

/** Does `work`; gives whether a signal ended it. Other errors pass. */
export async function wasInterrupted(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Interruption) return true;
    throw error;
  }
}

/** What `work` gives; null where a signal ended it. Other errors pass. */
export async function unlessInterrupted<Result>(work: () => Promise<Result>): Promise<Result | null> {
  let result: Result | null = null;
  await wasInterrupted(async () => {
    result = await work();
  });
  return result;
}

/** Milliseconds of work between two turns of the event loop. */
const turnInterval = 50;

/** Gives the event loop a turn where one is due. @throws Interruption after a signal */
export type EventTurn = () => Promise<void>;

/**
 * For loops that wait for nothing outside, in which no signal would ever come in: the function returned gives the event loop a
 * turn every 50 ms, and throws after a signal.
 *
 * @throws Interruption from the function returned
 */
export function eventTurns(signal: StopSignal): EventTurn {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < turnInterval) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    last = performance.now();
    throwIfInterrupted(signal);
  };
}
