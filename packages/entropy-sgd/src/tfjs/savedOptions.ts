/** Options as JSON can hold them, for `getConfig` and `fromConfig`: a schedule is the call that made it. */
import { typeError } from "../errors.ts";
import { isMeasuredSchedule } from "../options.ts";
import { type ScheduleCall, scheduleCall } from "../schedules/describedSchedule.ts";
import { distanceScope } from "../schedules/distanceScope.ts";
import { geometricScope } from "../schedules/geometricScope.ts";
import {
  annealedSchedule,
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  polynomialSchedule,
  stepSchedule,
} from "../schedules/schedules.ts";
import type { MeasuredSchedule, Schedule } from "../types.ts";

const factories: Readonly<Record<string, (...given: never[]) => Schedule | MeasuredSchedule>> = {
  annealedSchedule,
  constantSchedule,
  cosineSchedule,
  distanceScope,
  exponentialSchedule,
  geometricScope,
  polynomialSchedule,
  stepSchedule,
};

/**
 * An option without functions, at any depth.
 *
 * @throws TypeError for a function that is no schedule of this library, such as a schedule of the caller's own
 */
export function plainOption(where: string, name: string, value: unknown): unknown {
  if (typeof value !== "function" && !isMeasuredSchedule(value)) {
    return mapped(value, (part) => plainOption(where, name, part));
  }
  const call = scheduleCall(value as Schedule | MeasuredSchedule);
  if (call !== undefined) return plainOption(where, name, { ...call });
  throw typeError(where, name, "must be a number or a schedule made by this library, to be saved", value);
}

/** What `plainOption` was given. */
export function liveOption(value: unknown): unknown {
  const parts = mapped(value, liveOption);
  return isCall(parts) ? factories[parts.schedule](...(parts.arguments as never[])) : parts;
}

/** An array or a record with its parts replaced; anything else as it is. */
function mapped(value: unknown, replace: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(replace);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replace(part)]));
}

function isCall(value: unknown): value is ScheduleCall {
  return (
    typeof value === "object" && value !== null && Object.hasOwn(factories, String(Reflect.get(value, "schedule")))
  );
}
