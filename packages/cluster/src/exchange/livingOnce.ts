/** Waiting for the other replicas. */
import type { Commit, LivingReplica, Member } from "./exchange.ts";

/** Leases lapse silently, and a commit may be lost: how often members are asked for, in milliseconds. */
const checkEvery = 200;

/**
 * The living members once they are as wanted: asked for at first, and then brought up to date by the commits that are heard. They
 * are asked for again now and then, as leases may have lapsed.
 *
 * @param commits - of `member.watch`, from before what is waited for
 */
export async function livingOnce(
  member: Member,
  commits: AsyncIterator<Commit>,
  isWanted: (living: readonly LivingReplica[]) => boolean | Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<readonly LivingReplica[]> {
  let living = await member.members(signal);
  let [next, quiet] = [commits.next(), timer(checkEvery)];
  try {
    while (!(await isWanted(living))) {
      const result = await Promise.race([next, quiet.over]);
      if (result === null) {
        living = await member.members(signal);
        quiet = timer(checkEvery);
        continue;
      }
      // A member that has left is told by what is asked of it next.
      next = result.done ? new Promise(() => {}) : commits.next();
      if (!result.done) living = withCommit(living, result.value);
    }
    return living;
  } finally {
    quiet.stop();
  }
}

function timer(milliseconds: number): { readonly over: Promise<null>; stop(): void } {
  let id: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<null>((resolve) => {
    id = setTimeout(resolve, milliseconds, null);
  });
  return { over, stop: () => clearTimeout(id) };
}

/** Members after a commit of one of them, or of one that has joined since. What they told of themselves may be newer than it. */
function withCommit(living: readonly LivingReplica[], commit: Commit): readonly LivingReplica[] {
  const known = living.find(({ replica }) => replica === commit.replica);
  if ((known?.version ?? -1) >= commit.version) return living;
  return [...living.filter((one) => one !== known), commit].sort((a, b) => a.replica - b.replica);
}
