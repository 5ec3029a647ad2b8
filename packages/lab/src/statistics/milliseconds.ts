import { grouped, significant } from "./numbers.ts";

/** Milliseconds with their unit: three digits that matter, whole ones with commas from a thousand on. */
export function milliseconds(value: number): string {
  return `${Math.abs(value) < 999.5 ? significant(value, 3) : grouped(Math.round(value))} ms`;
}
