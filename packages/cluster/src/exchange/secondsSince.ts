/** Seconds since a time by `performance.now`; null for none. */
export function secondsSince(time: number | undefined): number | null {
  return time === undefined ? null : (performance.now() - time) / 1000;
}
