import { resolveSettings } from "../config/settings.ts";
import { writeReport } from "../report/writeReport.ts";
import type { RunResult } from "../training/events.ts";
import { runTraining } from "../training/runTraining.ts";
import { type CommandContext, exitCodeOf, writeJson } from "./context.ts";
import { progressListener } from "./progress.ts";
import { resultTable } from "./resultTable.ts";

/** Options of `entropy-sgd train`. */
export interface TrainCommand {
  readonly network: string;
  readonly optimizer: string;
  readonly preset?: string;
  readonly budget: number;
  readonly seed: number;
  readonly out: string;
  readonly set: readonly string[];
  readonly dropout?: number;
  readonly data?: string;
  readonly sampling?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Trains once, keeps the run in `out`, prints the result. Gives the exit code. */
export async function trainCommand(options: TrainCommand, context: CommandContext): Promise<number> {
  const settings = resolveSettings(options);
  const onEvent = progressListener(context.stderr);
  const { signal, checkpointFiles: files } = context;
  const result = await runTraining(settings, { out: options.out, signal, onEvent, ...(files && { files }) });
  return tellResult(options.out, result, options.json ?? false, context);
}

/** Writes the report of a run that ended, prints its result. Gives the exit code. */
export function tellResult(out: string, result: RunResult, json: boolean, context: CommandContext): number {
  const report = writeReport(out, [out]);
  if (json) writeJson(context, result);
  else context.stdout.write(`\n${resultTable([result])}\n\nThe run is in ${out}, its report is ${report}\n`);
  if (result.interrupted) context.stderr.write(`What is done is kept: npx entropy-sgd resume ${out} goes on\n`);
  return exitCodeOf([result], context.signal);
}
