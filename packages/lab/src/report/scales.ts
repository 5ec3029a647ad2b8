/** Position scales as a page's script needs them: few numbers. */

/** A scale from values to pixels; a value of a band scale is the index of its band. */
export interface PositionScale {
  readonly type: "linear" | "log" | "band";
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
}

/** Pixels of a value. */
export function positionOf({ type, domain, range: [start, end] }: PositionScale, value: number): number {
  const [low, high, at] = (type === "log" ? [...domain, value].map(Math.log) : [...domain, value]) as number[];
  // Where all values are the same they are drawn in the middle.
  const share = low === high ? 0.5 : (at! - low!) / (high! - low!);
  return start + share * (end - start);
}

/** The value at pixels. */
export function valueAt({ type, domain: [low, high], range: [start, end] }: PositionScale, position: number): number {
  const share = (position - start) / (end - start);
  return type === "log" ? low * (high / low) ** share : low + share * (high - low);
}
