/** A finished or begun run as one event file, from what its folder keeps. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { eventsName } from "../eventFile.ts";
import { type RunRecord, readRun, readWeights } from "../readRun.ts";
import { eventRecords, headRecord } from "./eventRecords.ts";
import {
  evaluationSummaries,
  outerSummaries,
  resultSummaries,
  settingSummaries,
  warningSummaries,
  weightSummaries,
} from "./runSummaries.ts";
import type { Summary } from "./summaries.ts";

/** The name of the file in its folder. */
export const exportedName = "events.out.tfevents.0001";

/**
 * The records of a run: its settings, outer steps, evaluations and warnings, and histograms of its last weights.
 *
 * Times between two evaluations are interpolated, as only evaluations keep theirs; the last one is when events.jsonl was last
 * written.
 *
 * @throws InputError if the folder is not a run that has begun, or a file is damaged
 */
export function exportedEvents(path: string): Uint8Array[] {
  const run = readRun(path);
  const timeOf = clockOf(path, run);
  const records = eventRecords();
  const rows: (readonly [step: number, summaries: readonly Summary[]])[] = [
    [0, settingSummaries(run.settings)],
    ...run.warnings.map(({ gradients, message }) => [gradients, warningSummaries(message)] as const),
    ...run.outers.map((event) => [event.gradients, outerSummaries(event)] as const),
    ...run.evaluations.map((event) => [event.gradients, evaluationSummaries(event)] as const),
    ...weightsIn(path),
    ...(run.result === null ? [] : [[run.result.gradientEvaluations, resultSummaries(run.result)] as const]),
  ];
  // Sorting keeps the order of those at one step.
  rows.sort(([a], [b]) => a - b);
  const filled = rows.filter(([, summaries]) => summaries.length > 0);
  return [
    headRecord(timeOf(0)),
    ...filled.map(([step, summaries]) => records.summaries(timeOf(step), step, summaries)),
  ];
}

function weightsIn(path: string): [number, Summary[]][] {
  if (!existsSync(join(path, "weights.safetensors"))) return [];
  const { tensors, metadata } = readWeights(path);
  return [[Number(metadata.gradients ?? 0), weightSummaries(tensors)]];
}

/** Seconds since 1970 at a number of gradients. */
function clockOf(path: string, { evaluations, result }: RunRecord): (gradients: number) => number {
  const known = [
    { gradients: 0, seconds: 0 },
    ...evaluations,
    ...(result === null ? [] : [{ gradients: result.gradientEvaluations, seconds: result.seconds }]),
  ];
  const start = statSync(join(path, eventsName)).mtimeMs / 1000 - known.at(-1)!.seconds;
  return (gradients) => {
    const next = known.findIndex((point) => point.gradients >= gradients);
    const after = known[next === -1 ? known.length - 1 : next]!;
    const before = known[Math.max(0, (next === -1 ? known.length : next) - 1)]!;
    const span = after.gradients - before.gradients;
    const share = span > 0 ? (gradients - before.gradients) / span : 1;
    return start + before.seconds + share * (after.seconds - before.seconds);
  };
}
