/** `entropy-sgd reproduce table`: every experiment of the paper that fits the time, or those that were made before, in one table. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { isMissing } from "entropy-sgd-training/node";
import { readReproduction, reproductionFile, reproductionsAt } from "../experiments/reproduce/reproductionFile.ts";
import {
  type ReproductionResult,
  type ReproductionRuns,
  resultsOfTable,
} from "../experiments/reproduce/reproductionResult.ts";
import { makeFolder, writeWhole } from "../io/files.ts";
import { refusalIn } from "../io/refusals.ts";
import { textTable, widthOf } from "../report/textTable.ts";
import { fixed } from "../statistics/numbers.ts";
import { type CommandContext, exitCodes, interruptionCode, writeJson } from "./context.ts";
import { type ReproduceCommand, reproduceOne } from "./reproduceOne.ts";
import { writeLine } from "./terminal/writeLine.ts";

/** Options of the table. */
export interface ReproduceTableCommand extends ReproduceCommand {
  /** Folders or files of reproductions that were made before; empty to train. */
  readonly from: readonly string[];
}

/**
 * Trains the experiments, those that take least first, each in OUT/NAME; or takes those in `from`. Writes README.md, table.json,
 * and of each experiment NAME.json and NAME.svg. Gives the exit code.
 */
export async function reproduceTable(options: ReproduceTableCommand, context: CommandContext): Promise<number> {
  const out = options.out ?? join("runs", "reproduce-table");
  const read = options.from.length > 0 ? options.from.map(readFrom) : null;
  makeFolder(out);
  const code = read === null ? await trainAll(out, options, context) : exitCodes.ok;
  const results = resultsOfTable(read ?? trainedIn(out), options);
  const { tableHead, tableJson, tablePage, tableRows } = await import("../pages/reproductionTable.ts");
  const { reproductionFindings } = await import("../pages/reproductionFindings.ts");
  for (const result of results) {
    if (result.runs.length === 0) continue;
    const { figures, json } = reproductionFindings(result);
    writeWhole(join(out, `${result.name}.json`), `${JSON.stringify(json)}\n`);
    for (const { svg } of figures) writeWhole(join(out, `${result.name}.svg`), svg);
  }
  const json = tableJson(results);
  writeWhole(join(out, "table.json"), `${JSON.stringify(json, null, 2)}\n`);
  writeWhole(join(out, "README.md"), tablePage(results));
  if (options.json) writeJson(context, json);
  else {
    const text = textTable(tableHead, tableRows(results), widthOf(context.stdout));
    context.stdout.write(`${text}\nThe table is ${join(out, "README.md")}\n`);
  }
  return code;
}

/** A reproduction made before, by its folder or file. */
function readFrom(path: string): ReproductionRuns {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return readReproduction(isFolder ? join(path, reproductionFile) : path);
}

/** What there is of the experiments below the folder. */
function trainedIn(out: string): ReproductionRuns[] {
  return reproductionsAt((name) => join(out, name, reproductionFile));
}

async function trainAll(out: string, options: ReproduceTableCommand, context: CommandContext): Promise<number> {
  const { stderr, signal } = context;
  const { maxMinutes = Number.POSITIVE_INFINITY, json: _, from: __, data: ___, ...others } = options;
  const ends = performance.now() + 60_000 * maxMinutes;
  const { scale, seeds } = options;
  // Of what is asked for now: an earlier command may have had fewer seeds.
  const begun = trainedIn(out).map((runs) => ({ ...runs, scale, seeds }));
  const costs = resultsOfTable(begun, options).map((result) => ({ name: result.name, minutes: minutesLeft(result) }));
  let code: number = exitCodes.ok;
  for (const { name, minutes } of costs.sort((one, other) => one.minutes - other.minutes)) {
    if (signal.aborted) return interruptionCode(signal);
    const left = (ends - performance.now()) / 60_000;
    if (minutes / (options.parallel ?? 1) > left) {
      writeLine(
        stderr,
        `${name}: not begun, it takes about ${fixed(minutes, 0)} min of one run at a time and ${fixed(left, 0)} are left`,
      );
      continue;
    }
    try {
      // The tables of single experiments are no result of this command.
      const own = await reproduceOne(name, { ...others, out: join(out, name) }, { ...context, stdout: stderr });
      code = code === exitCodes.ok ? own : code;
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === null) throw error;
      writeLine(stderr, `${name}: not run: ${refusal}`);
      // Without their data, experiments are left out as those are that take too long.
      if (!isMissing(error)) code = code === exitCodes.ok ? exitCodes.usage : code;
    }
  }
  return code;
}

function minutesLeft({ methods }: ReproductionResult): number {
  return methods.reduce(
    (sum, { left }) => sum + (left === null ? 0 : (left.number * left.gradients * left.msPerGradient) / 60_000),
    0,
  );
}
