import { fixed } from "../../statistics/numbers.ts";

/** Seconds in the unit that suits them. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${fixed(seconds / 3600, 1)} h`;
}
