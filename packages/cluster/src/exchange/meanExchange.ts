/** The exchanges of one replica, which may join late or come back. */
import type { Member } from "./exchange.ts";
import { type ExchangedMean, exchangeMean, meanOfOthers } from "./exchangeMean.ts";

/**
 * Exchanges after which a replica that was left behind is among the others again. With η(1 + ρ) = 1 and ρ = 1, Parle's defaults, each outer
 * step halves what its point is away from theirs by its own start: 2⁻¹⁰ is less than a thousandth.
 */
const settling = 10;

/** As `exchangeMean`, with the replica's own count of exchanges for the version. */
export type MeanExchange = (count: number, contribution: Float32Array, signal?: AbortSignal) => Promise<ExchangedMean>;

/**
 * The exchanges of a replica. One that has joined late, or comes back after others have gone on, is brought among them:
 *
 *   for 10 exchanges it gets the mean of the others, which do not wait for it and whose mean its vector is not in;
 *   then it takes part, and counts from their version on.
 *
 * So its start, which may be far from where they are, does not pull them back, and its own outer steps pull it to them. Where
 * all start or resume together it is `exchangeMean`, bit for bit.
 *
 * @example
 * ```ts
 * import { inProcessExchange, meanExchange } from "entropy-sgd-cluster";
 * const exchange = meanExchange(await inProcessExchange({ elements: 1 }).join(0));
 * (await exchange(0, new Float32Array([3]))).mean[0]; // => 3
 * ```
 */
export function meanExchange(member: Member): MeanExchange {
  /** What the version of the others is beyond the own count. */
  let offset = 0;
  /** The newest version that was shared. */
  let newest = -1;
  let following = 0;
  return async (count, contribution, signal) => {
    if (following > 0) {
      const others = await meanOfOthers(member, contribution, signal);
      following = others === null ? 0 : following - 1;
      if (others !== null) {
        // From the next one on the others wait for it. Where they have come back themselves, behind it, its versions cannot follow.
        if (following === 0 && others.version > newest) {
          offset = others.version - count;
          newest = others.version;
          await member.publish(others.version, contribution, signal);
        }
        return others;
      }
    }
    newest = count + offset;
    const exchanged = await exchangeMean(member, newest, contribution, signal);
    if (exchanged.version > newest) following = settling - 1;
    return exchanged;
  };
}
