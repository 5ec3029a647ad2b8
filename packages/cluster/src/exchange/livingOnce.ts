/** Waiting for the other replicas. */
import type { Commit, LivingReplica, Member } from "./exchange.ts";

/** Leases lapse silently, and news may be lost: how often members are asked for while nothing is heard, in milliseconds. */
const checkEvery = 200;

/**
 * The living members once they are as wanted; asked for after each commit, and now and then.
 *
 * @param commits - of `member.watch`, from before what is waited for
 */
export async function livingOnce(
  member: Member,
  commits: AsyncIterator<Commit>,
  isWanted: (living: readonly LivingReplica[]) => boolean | Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<readonly LivingReplica[]> {
  let next = commits.next();
  for (;;) {
    const living = await member.members(signal);
    if (await isWanted(living)) return living;
    // A member that has left, or whose signal is aborted, is told so by the next question.
    if (await unlessLater(next)) next = commits.next();
  }
}

/**
 * Waits until the members are as wanted by what was heard of them, which costs no questions, and for a while at most: to ask before
 * would be in vain.
 */
export async function heardOnce(
  member: Member,
  isWanted: (heard: readonly LivingReplica[]) => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const commits = member.watch(signal);
  try {
    while (!isWanted(member.heard())) {
      const result = await unlessLater(commits.next());
      if (result === null || result.done) return;
    }
  } finally {
    await commits.return?.();
  }
}

/** What a promise gives, or null where it takes too long. */
async function unlessLater<T>(promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, checkEvery, null);
  });
  try {
    return await Promise.race([promise, later]);
  } finally {
    clearTimeout(timer);
  }
}
