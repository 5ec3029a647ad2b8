/** Who was not in the last exchange: a replica that has joined late, or was cut off while the others went on. */
import type { LivingReplica } from "./exchange.ts";

/**
 * Whether another replica was not in the exchange that this one has ended last: there it would have shared that version.
 *
 * @param all - this one among them
 */
export function isLate(other: LivingReplica, own: number, all: readonly LivingReplica[]): boolean {
  const last = all.find(({ replica }) => replica === own)?.before;
  return last !== undefined && other.version !== null && other.version < last;
}

/** The same seen from a replica that is at a version: the newest version of the others, where it is late; null where it is not. */
export function leftBehindAt(version: number, own: number, all: readonly LivingReplica[]): number | null {
  const hasGoneOn = ({ replica, before = -1 }: LivingReplica): boolean => replica !== own && before > version;
  return all.some(hasGoneOn) ? Math.max(...all.map((one) => one.version ?? -1)) : null;
}

/** The others whom none of the others would call late. */
export function othersTogether(own: number, all: readonly LivingReplica[]): readonly LivingReplica[] {
  const others = all.filter(({ replica }) => replica !== own);
  const last = Math.max(...others.map(({ before = -1 }) => before));
  return others.filter(({ version }) => version !== null && version >= last);
}
