/** A link that flows share. */

/** What crosses a link: all flows have the same length, and begin in this order. */
export interface Flows {
  /** When each begins, ascending, in seconds. */
  readonly starts: readonly number[];
  /** Bytes of each. */
  readonly bytes: number;
}

/** Bytes per second. */
export interface LinkRates {
  /** Of all flows together. */
  readonly all: number;
  /** The most that one flow can take. */
  readonly each: number;
}

/**
 * When each flow ends. k flows under way have min(each, all/k) bytes per second, as connections that share a link fairly.
 *
 * Cost: O(number of flows).
 */
export function endsOfFlows({ starts, bytes }: Flows, { all, each }: LinkRates): number[] {
  const ends: number[] = [];
  // Bytes that a flow has sent by now which began at time 0: alike for all, so that flows end in the order in which they begin.
  let sent = 0;
  let now = 0;
  const targets: number[] = [];
  const rate = (): number => Math.min(each, all / (targets.length - ends.length));
  const advanceTo = (time: number): void => {
    while (ends.length < targets.length) {
      const end = now + (targets[ends.length]! - sent) / rate();
      if (end > time) break;
      sent = targets[ends.length]!;
      now = end;
      ends.push(end);
    }
    if (Number.isFinite(time)) {
      if (ends.length < targets.length) sent += (time - now) * rate();
      now = time;
    }
  };
  for (const start of starts) {
    advanceTo(start);
    targets.push(sent + bytes);
  }
  advanceTo(Number.POSITIVE_INFINITY);
  return ends;
}
