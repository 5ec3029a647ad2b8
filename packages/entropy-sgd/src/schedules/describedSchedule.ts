/** How schedules were made, so that a host that saves options as JSON can make them again. */
import type { MeasuredSchedule, Schedule } from "../types.ts";

/** A call of one of the factories of schedules. */
export interface ScheduleCall {
  /** The factory. */
  readonly schedule: string;
  readonly arguments: readonly unknown[];
}

const calls = new WeakMap<Schedule | MeasuredSchedule, ScheduleCall>();

/** The schedule, which `scheduleCall` then knows the origin of. */
export function described<S extends Schedule | MeasuredSchedule>(
  factory: string,
  given: readonly unknown[],
  schedule: S,
): S {
  calls.set(schedule, { schedule: factory, arguments: given });
  return schedule;
}

/** The call that made a schedule; undefined for one of the caller's own. */
export function scheduleCall(schedule: Schedule | MeasuredSchedule): ScheduleCall | undefined {
  return calls.get(schedule);
}
