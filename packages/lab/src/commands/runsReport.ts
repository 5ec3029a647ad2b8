/** The report of a comparison of stored runs. */
import { InputError } from "entropy-sgd-training";
import { equalKeys, type RunComparison } from "../runs/compareRuns.ts";
import type { ReadableRun, RunGroup } from "../runs/groupRuns.ts";
import { type RunRecord, readRun } from "../runs/readRun.ts";

/**
 * Writes report.html and figures/ of a comparison to a folder; groups have the place of optimizers. Gives the report's
 * path.
 *
 * @throws InputError if the runs differ in settings that the report states for all of them, none has begun, or it cannot be written
 */
export async function writeComparison(folder: string, comparisons: readonly RunComparison[]): Promise<string> {
  const { groups } = onlyOne(comparisons);
  const records = groups.flatMap((group) => reported(group).map((run) => recordOf(run, group)));
  requireEqual(
    "gradients",
    records.map(({ start }) => start.totalGradients),
  );
  requireEqual(
    "dropout",
    records.map(({ settings }) => settings.dropout),
  );
  requireEqual(
    "batchSize",
    records.map(({ start }) => start.batchSize),
  );
  const { writeRecords } = await import("../pages/writeReport.ts");
  return writeRecords(folder, records);
}

function onlyOne(comparisons: readonly RunComparison[]): RunComparison {
  for (const key of equalKeys)
    requireEqual(
      key,
      comparisons.map(({ setting }) => setting[key]),
    );
  return comparisons[0]!;
}

function requireEqual(what: string, values: readonly unknown[]): void {
  const different = [...new Set(values)];
  if (different.length === 0) throw new InputError({ name: "--out", rule: "a report needs runs, and none has begun" });
  if (different.length === 1) return;
  throw new InputError({
    name: "--out",
    rule: `a report is of runs with the same ${what}, found ${different.join(", ")}; choose by --where`,
  });
}

/** The runs of a group that began, without those that repeat a seed. */
function reported({ runs, counted }: RunGroup): ReadableRun[] {
  const shown = new Set(counted);
  return runs.filter((run) => run.content.start !== null && (run.status !== "ended" || shown.has(run)));
}

/** The run as the report takes it: only what ended, or diverged and so has no errors, has a result in its means. */
function recordOf(run: ReadableRun, { label }: RunGroup): RunRecord {
  const record = readRun(run.path);
  const { result, settings } = record;
  const counts = run.status === "ended" || run.status === "diverged";
  return {
    ...record,
    name: run.name,
    settings: { ...settings, optimizer: label },
    result: result === null || !counts ? null : { ...result, optimizer: label },
  };
}
