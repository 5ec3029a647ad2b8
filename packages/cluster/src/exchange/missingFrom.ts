/** Who is not in a mean, and what is known of it. */
import type { Member } from "./exchange.ts";
import type { ExchangedMean } from "./exchangeMean.ts";

/** A replica of a run whose vector is not in a mean. */
export interface AbsentReplica {
  /** Its number, from 0. */
  readonly replica: number;
  /** It has left as one that has ended; it does not answer, or has left; it is there, but behind the others, or what it has shared was refused. */
  readonly why: "ended" | "silent" | "behind";
  /** Seconds since anything was heard of it; null where nothing was. */
  readonly secondsAgo: number | null;
}

/**
 * The replicas of a run whose vectors are not in a mean, in the order of their numbers. Cost: no question.
 *
 * @param count - replicas of the run
 * @param mean - the last that the member has got
 * @example
 * ```ts
 * import { exchangeMean, inProcessExchange, missingFrom } from "entropy-sgd-cluster";
 * const member = await inProcessExchange({ elements: 1 }).join(0);
 * const mean = await exchangeMean(member, 0, new Float32Array([1]));
 * missingFrom(member, 2, mean)[0]?.why; // => "silent"
 * ```
 */
export function missingFrom(
  member: Pick<Member, "heardOf">,
  count: number,
  { replicas }: Pick<ExchangedMean, "replicas">,
): readonly AbsentReplica[] {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return numbers
    .filter((number) => !replicas.includes(number))
    .map((replica) => {
      const { isLiving, hasEnded, secondsAgo } = member.heardOf(replica);
      return { replica, why: hasEnded ? "ended" : isLiving ? "behind" : "silent", secondsAgo };
    });
}
