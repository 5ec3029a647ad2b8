import type { Told } from "../experiments/queue/told.ts";
import type { RunEvent } from "../runs/runEvents.ts";
import { linesOf } from "./eventLines.ts";

/** What a worker has told of a run, a line each. */
export function toldLines(told: Told): string[] {
  if (told.type === "begin") return [beginWords(told)];
  if (told.type === "declined") return [`declined by ${told.worker}: ${told.why}`];
  if (told.type === "returned") return [`given back by ${told.worker} (${told.why}): the next free worker takes it`];
  return linesOf(told.event as RunEvent).map((line) => line.trim());
}

function beginWords({ worker, attempt, resumes = false, after }: Extract<Told, { type: "begin" }>): string {
  if (attempt === 1) return `begins on ${worker}`;
  const how = resumes ? "goes on from a checkpoint" : "begins anew";
  return `${how} on ${worker}${after === undefined ? "" : ` after ${after}`} (attempt ${attempt})`;
}
