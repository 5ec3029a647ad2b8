/**
 * Locks of processes elsewhere: they are watched, and count as free when they were not renewed for a minute.
 *
 * The minute is measured by this process: no time in the file or of the file system is compared, as clocks differ between
 * machines, and the watch counts reads of the lock, not time, as this process may be suspended too.
 */
import { InputError, type StopSignal, throwIfInterrupted } from "entropy-sgd-training";
import { acquireLock, type FoundLock, type Lock, LockInDoubt, readLock } from "./lock.ts";

/** A lock is watched by so many looks, so many milliseconds apart. */
const [numLooks, lookEvery] = [60, 1000];

/** Hooks of the wait for a lock. */
export interface LockHooks {
  readonly signal?: StopSignal;
  /** Called once, with a sentence, when the wait begins. */
  readonly onWait?: ((words: string) => void) | undefined;
}

/**
 * Takes the lock of a folder; where its holder's life cannot be checked otherwise, the lock is watched first.
 *
 * @throws InputError if a living process holds the lock, or it cannot be read; Interruption after a signal
 */
export async function awaitLock(folder: string, { signal, onWait }: LockHooks = {}): Promise<Lock> {
  const lapsed: FoundLock[] = [];
  for (;;) {
    try {
      return acquireLock(folder, lapsed);
    } catch (error) {
      // Beside the lock there may be claims on it; more rounds mean that other processes are faster.
      if (!(error instanceof LockInDoubt) || lapsed.length >= 3) throw error;
      const { found } = error;
      const seconds = Math.ceil((numLooks * lookEvery) / 1000);
      onWait?.(`${error.message}; watching for ${seconds} s whether it is renewed`);
      await unrenewed(folder, found, signal);
      lapsed.push(found);
    }
  }
}

/** Does `work` while it holds the lock of a folder. @throws as `awaitLock` */
export async function withLock<Result>(
  folder: string,
  hooks: LockHooks,
  work: (lock: Lock) => Promise<Result>,
): Promise<Result> {
  const lock = await awaitLock(folder, hooks);
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

/** @throws InputError if the lock is renewed or taken by another while it is watched */
async function unrenewed(folder: string, before: FoundLock, signal: StopSignal): Promise<void> {
  for (let look = 0; look < numLooks; look++) {
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
    throwIfInterrupted(signal);
    const now = readLock(before.path);
    // Released.
    if (now === null) return;
    if (now.token === before.token && now.beat === before.beat) continue;
    const { pid, host, since } = now.holder ?? { pid: "?", host: "?", since: "?" };
    throw new InputError({
      path: folder,
      rule: `in use by process ${pid} on ${host} since ${since}, which renews its lock`,
    });
  }
}
