/** One measurement of runs from its cost to its page: what the measuring commands have in common. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, printable, wasInterrupted } from "entropy-sgd-training";
import { readPlainText } from "entropy-sgd-training/node";
import type { LoadedRun } from "../measure/loadRun.ts";
import type { PassHooks } from "../measure/networkPasses.ts";
import { type MeasurementName, makePlace, measurementPlace, requireWritablePlace } from "../measure/place.ts";
import { measurementLinks, noteElsewhere, writeMeasurementIndex } from "../pages/links.ts";
import type { PageSettings } from "../report/htmlPage.ts";
import { usedDevice } from "../runner/usedDevice.ts";
import type { Computing } from "./commandDefinition.ts";
import { type CommandContext, interruptionCode } from "./context.ts";
import { type Findings, writeFindings } from "./findings.ts";
import { type Passes, passMeter } from "./passMeter.ts";

/** Options of every measuring command. */
export interface MeasuringCommand extends Computing {
  /** A folder that holds the runs' data in another place. */
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** What is measured and how. */
export interface Measurement {
  readonly name: MeasurementName;
  readonly runs: readonly LoadedRun[];
  /** All that decides the numbers, besides the weights. */
  readonly settings: PageSettings;
  readonly cost: readonly Passes[];
  /** Measures, and keeps what is complete where `findings` finds it; `tell` prints a line meanwhile. @throws Interruption after a signal */
  measure(hooks: PassHooks, tell: (line: string) => void): Promise<void>;
  /** Null where nothing is complete. */
  findings(): Promise<Omit<Findings, "name"> | null>;
}

/**
 * Prints the cost, measures, writes page, figures and numbers to the measurement's place, and links the pages of the runs.
 *
 * A complete measurement is never replaced by an interrupted one. Gives the exit code.
 *
 * @throws InputError, before anything is measured, if `out` has another measurement of this name or cannot be written
 */
export async function carryOut(
  { name, runs, settings, cost, measure, findings }: Measurement,
  { out, json, threads, ...asked }: MeasuringCommand,
  context: CommandContext,
): Promise<number> {
  const key = { name, settings, weights: runs.map(({ weightsHash }) => weightsHash) };
  const paths = runs.map(({ path }) => path);
  measurementPlace(key, paths, out);
  requireWritablePlace(paths, out);
  const { device } = await usedDevice(asked.device);
  const same =
    runs.length > 1 && new Set(key.weights).size === 1 ? [`${paths.join(" and ")}: have the same weights`] : [];
  for (const warning of [...runs.flatMap(({ doubt }) => doubt ?? []), ...same]) {
    context.stderr.write(`warning: ${printable(warning)}\n`);
  }
  const { onPass, clear } = passMeter(context, name, cost);
  const tell = (line: string): void => {
    clear();
    context.stderr.write(`${line}\n`);
  };
  const { signal } = context;
  const interrupted = await wasInterrupted(() =>
    measure({ task: runs[0]!.task, signal, onPass, threads, device }, tell),
  );
  clear();
  const found = await findings();
  // Asked again: another process may have measured meanwhile.
  const place = measurementPlace(key, paths, out);
  if (interrupted && place.found === "complete") {
    context.stderr.write(`\ninterrupted: the same measurement, complete, stays in ${place.folder}\n`);
    return interruptionCode(signal);
  }
  if (found === null) return writeFindings(place.folder, null, {}, context);
  makePlace(place, paths, out);
  if (out === undefined) linkRuns(paths, place.folder, name);
  const { folder } = place;
  const links = measurementLinks(folder, paths);
  const numbers = { settings, weightsSha256: key.weights, ...found.json };
  const code = await writeFindings(folder, { name, ...found, json: numbers }, { json, interrupted, links }, context);
  if (out === undefined) for (const path of paths) await refreshPages(path);
  return code;
}

/** Makes the indices, so that the page can link to them, and notes a pair's place in the second run. */
function linkRuns([first, second]: readonly string[], folder: string, name: MeasurementName): void {
  writeMeasurementIndex(first!);
  if (second === undefined) return;
  quietly(() => {
    noteElsewhere(second, folder, name, first!);
    writeMeasurementIndex(second);
  });
}

const maxReportBytes = 64 * 2 ** 20;

/** Lists what is there now, and links it from the run's own report, which is written again where it does not. */
async function refreshPages(run: string): Promise<void> {
  const { writeReport } = await import("../pages/writeReport.ts");
  quietly(() => {
    writeMeasurementIndex(run);
    const report = join(run, "report.html");
    if (!existsSync(report)) return;
    if (!readPlainText(report, maxReportBytes).includes(`href="measurements/index.html"`)) writeReport(run, [run]);
  });
}

/** Links are a convenience: a run that cannot be written is measured all the same. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}
