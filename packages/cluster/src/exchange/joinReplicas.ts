/** Joining a run whose replicas begin together, as whichever of them is free. */
import { ClusterError } from "../clusterError.ts";
import type { Exchange, Member } from "./exchange.ts";
import { awaitMembers } from "./exchangeMean.ts";

export interface JoinReplicasOptions {
  /** Replicas of the run, this one among them. */
  readonly count: number;
  /** The numbers that it may take, the one that it would rather have first; 0 to `count` − 1 when absent. */
  readonly numbers?: readonly number[];
  /** Told the member when it has joined and waits for the others. */
  readonly onJoin?: (member: Member) => void;
  readonly signal?: AbortSignal;
}

/**
 * Joins as the first replica that no living member is, and waits until all have joined. One that does not come to the end of it
 * leaves the run again.
 *
 * @throws ClusterError "taken" where each number is held, and as `Exchange.join`; what `signal` was aborted with
 * @example
 * ```ts
 * import { inProcessExchange, joinReplicas } from "entropy-sgd-cluster";
 * const exchange = inProcessExchange({ elements: 1 });
 * const members = await Promise.all([joinReplicas(exchange, { count: 2 }), joinReplicas(exchange, { count: 2 })]);
 * members.map(({ replica }) => replica).join(); // => "0,1"
 * ```
 */
export async function joinReplicas(
  exchange: Exchange,
  { count, numbers = Array.from({ length: count }, (_, number) => number), onJoin, signal }: JoinReplicasOptions,
): Promise<Member> {
  const member = await firstFree(exchange, numbers, signal);
  try {
    onJoin?.(member);
    await awaitMembers(member, count, signal);
    return member;
  } catch (error) {
    // Without a server its lease lapses by itself.
    await member.leave().catch(() => {});
    throw error;
  }
}

async function firstFree(
  exchange: Exchange,
  numbers: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Member> {
  for (const number of numbers) {
    try {
      return await exchange.join(number, signal);
    } catch (error) {
      if (!(error instanceof ClusterError && error.details.code === "taken")) throw error;
    }
  }
  throw new ClusterError("taken", "joinReplicas", `each of ${numbers.length} replicas`, "is held by another member");
}
