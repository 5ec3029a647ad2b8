import type { ScalarOrSchedule } from "../types.ts";

/** The value of a constant or schedule at step t. */
export function scheduledValue(value: ScalarOrSchedule, step: number): number {
  return typeof value === "number" ? value : value(step);
}
