/** Waiting for the other replicas. */
import type { Commit, LivingReplica, Member } from "./exchange.ts";

/** Leases lapse silently, and news may be lost: how often members are asked for while nothing is heard, in milliseconds. */
const checkEvery = 200;

/** The next commit that is heard, or null where none is for a while: it is given to who waits next then. */
export type News = () => Promise<IteratorResult<Commit> | null>;

/** @param commits - of `member.watch`, from before what is waited for */
export function newsOf(commits: AsyncIterator<Commit>): News {
  let next: Promise<IteratorResult<Commit>> | null = null;
  return async () => {
    next ??= commits.next();
    const heard = await unlessLater(next);
    if (heard !== null) next = null;
    return heard;
  };
}

/** The living members once they are as wanted; asked for after each commit, and now and then. */
export async function livingOnce(
  member: Member,
  news: News,
  isWanted: (living: readonly LivingReplica[]) => boolean | Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<readonly LivingReplica[]> {
  for (;;) {
    const living = await member.members(signal);
    if (await isWanted(living)) return living;
    // A member that has left, or whose signal is aborted, is told so by the next question.
    await news();
  }
}

/**
 * Waits until the members are as wanted by what was heard of them, which costs no questions, and for a while at most: to ask before
 * would be in vain. Whoever asks next waits for no commit of these: the answer counts those that were heard.
 */
export async function heardOnce(
  member: Member,
  news: News,
  isWanted: (heard: readonly LivingReplica[]) => boolean,
): Promise<void> {
  while (!isWanted(member.heard())) {
    const heard = await news();
    if (heard === null || heard.done) return;
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
