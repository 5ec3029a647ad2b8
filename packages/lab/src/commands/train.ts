import { type Command, Option } from "commander";
import { InputError, printable, type RunResult } from "entropy-sgd-training";
import { makeNextFolder } from "../io/files.ts";
import { resultTable } from "../pages/resultTable.ts";
import { widthOf } from "../report/textTable.ts";
import type { ResolvedRun } from "../runner/resolveRun.ts";
import { runTraining } from "../runner/runTraining.ts";
import { acquireLock, type Lock } from "../runs/lock.ts";
import { requestOf, resolveSettings, type SettingsRequest } from "../settings/resolveSettings.ts";
import { runFileOf, runFileText } from "../settings/runFile.ts";
import { besideDashboard } from "./besideDashboard.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { configurable, configured } from "./configFile.ts";
import { type CommandContext, exitCodeOf, exitCodes, trainingOptions, writeJson } from "./context.ts";
import { dataLines } from "./dataLines.ts";
import { devRun } from "./devRun.ts";
import { runOptions } from "./settingOptions.ts";
import { writeLine } from "./terminal/writeLine.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd train`. */
export interface TrainCommand extends SettingsRequest {
  /** runs/train-N when absent. */
  readonly out?: string;
  readonly json?: boolean;
  readonly maxMinutes?: number;
  readonly config?: string;
  /** Whether the resolved settings are printed, and nothing is trained. */
  readonly printConfig?: boolean;
  /** Whether a few gradients are a check of all parts, and nothing is kept. */
  readonly fastDevRun?: boolean;
  /** Whether a dashboard is served until the run ends. */
  readonly serve?: boolean;
}

/** `entropy-sgd train`. */
export const definition: CommandDefinition = {
  examples: [
    "--network small-mnistfc --budget 1",
    "--config examples/configurations/small-mnistfc.yaml --seed 2",
    "--network lenet --optimizer entropy-sgd --preset lua --budget 4 --seed 1 --out runs/one",
    '--network mnistfc --budget 2 --set innerSteps=10 --set "scope=geometricScope(1e-3, 1e-3)"',
  ],
  declare: (command, context, done) =>
    configurable(timeLimited(runOptions(command, [])))
      .option("--print-config", "print all settings, resolved, as a file for --config; train nothing")
      .addOption(
        new Option(
          "--fast-dev-run",
          "four gradients, one evaluation, checkpoint and report; nothing is kept",
        ).conflicts("out"),
      )
      .option("--serve", "show the runs in a browser, live, until this one ends")
      .description("Train once and keep the run.")
      .action(async (parsed: TrainCommand, own: Command) => {
        const { options, placing } = configured(own, parsed);
        done(await placing(() => withinTime(options.maxMinutes, context, (limited) => trainCommand(options, limited))));
      }),
};

/** Trains once, keeps the run in `out`, prints the result; or prints the settings alone. Gives the exit code. */
export async function trainCommand(options: TrainCommand, context: CommandContext): Promise<number> {
  const { out, json = false } = options;
  const settings = resolveSettings(requestOf(options));
  if (options.printConfig === true) {
    context.stdout.write(json ? `${JSON.stringify(runFileOf(settings))}\n` : runFileText(settings));
    return exitCodes.ok;
  }
  if (options.fastDevRun === true) return devRun(settings, json, context);
  let place = out ?? "";
  const next = (): string => {
    place = makeNextFolder("runs", "train");
    return place;
  };
  const onChecked = ({ data }: ResolvedRun): void => {
    for (const line of dataLines(data)) writeLine(context.stderr, line);
  };
  const train = () => runTraining(settings, { ...trainingOptions(context), out: out ?? next, onChecked });
  const result = await (options.serve === true ? besideDashboard(out, context, train) : train());
  return tellResult(place, result, json, context);
}

/** Writes the report of a run that ended, prints its result. Gives the exit code. */
export async function tellResult(
  out: string,
  result: RunResult,
  json: boolean,
  context: CommandContext,
): Promise<number> {
  const report = await reportOf(out, context);
  if (json) writeJson(context, result);
  else
    context.stdout.write(
      `\n${resultTable([result], widthOf(context.stdout))}\n\nThe run is in ${out}, its report is ${report ?? "not written"}\n`,
    );
  if (result.interrupted) context.stderr.write(`What is done is kept: npx entropy-sgd resume ${out} goes on\n`);
  return exitCodeOf([result], context.signal);
}

/** Writes the report; null where another process has the run by now and will write it. */
async function reportOf(out: string, { stderr }: CommandContext): Promise<string | null> {
  const { writeReport } = await import("../pages/writeReport.ts");
  let lock: Lock;
  try {
    lock = acquireLock(out);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    stderr.write(`warning: ${printable(error.message)}; its report was not written\n`);
    return null;
  }
  try {
    return writeReport(out, [out]);
  } finally {
    lock.release();
  }
}
