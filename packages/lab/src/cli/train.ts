import { resolveSettings } from "../config/settings.ts";
import { writeReport } from "../report/writeReport.ts";
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
  const result = await runTraining(settings, { out: options.out, signal: context.signal, onEvent });
  const report = writeReport(options.out, [options.out]);
  if (options.json) writeJson(context, result);
  else context.stdout.write(`\n${resultTable([result])}\n\nThe run is in ${options.out}, its report is ${report}\n`);
  return exitCodeOf([result], context.signal);
}
