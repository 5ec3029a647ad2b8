/** Long work that a signal ends between two batches: it throws, and who began it keeps what is complete. */

/** Thrown where a signal was seen. */
export class Interruption extends Error {
  override readonly name = "Interruption";
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
