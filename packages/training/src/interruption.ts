/** Stopping long work by a signal: the work throws between two batches, and its caller keeps the complete results. */

/** Thrown by work that found its signal aborted. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** An AbortSignal, or anything with its `aborted`; undefined for work that nothing stops. */
export type StopSignal = { readonly aborted: boolean } | undefined;

/** Whether the signal is one of a time limit, such as `AbortSignal.timeout`. */
export function isTimeLimit(signal: AbortSignal | undefined): boolean {
  const reason: unknown = signal?.reason;
  return reason instanceof Error && reason.name === "TimeoutError";
}

/** @throws Interruption after a signal */
export function throwIfInterrupted(signal: StopSignal): void {
  if (signal?.aborted) throw new Interruption("interrupted");
}

/** The result of `work`, which an AbortSignal ends with errors of its own. @throws Interruption where the signal ended it */
export async function interruptible<Result>(work: () => Promise<Result>, signal: StopSignal): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throwIfInterrupted(signal);
    throw error;
  }
}

/** Runs `work`; returns whether a signal ended it. Other errors are thrown on. */
export async function wasInterrupted(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    if (error instanceof Interruption) return true;
    throw error;
  }
}

/** The result of `work`; null where a signal ended it. Other errors are thrown on. */
export async function unlessInterrupted<Result>(work: () => Promise<Result>): Promise<Result | null> {
  let result: Result | null = null;
  await wasInterrupted(async () => {
    result = await work();
  });
  return result;
}
