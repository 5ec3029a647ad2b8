import { dirname, extname, join } from "node:path";
import { Option } from "commander";
import { InputError, printable, printableJson, type RecordedEvaluation } from "entropy-sgd-training";
import { makeFolder, requireEmptyFolder, writeWhole } from "../io/files.ts";
import { selected } from "../runs/filterRuns.ts";
import {
  type Entry,
  fieldsOf,
  metricEntries,
  namesOf,
  objectOf,
  type RunFields,
  type Value,
  valueFrom,
} from "../runs/runFields.ts";
import { type FindHolder, type StoredRun, storedRuns } from "../runs/storedRun.ts";
import { type CommandDefinition, chosen, inFolder } from "./commandDefinition.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { csvOf } from "./runsTable.ts";

const formats = ["csv", "json", "tensorboard"] as const;
type Format = (typeof formats)[number];

/** Options of `entropy-sgd runs export`. */
export interface RunsExportCommand {
  readonly where: readonly string[];
  /** By the ending of `out` when absent. */
  readonly format?: Format;
  /** A file that ends in .csv or .json, or for TensorBoard a new or empty folder. */
  readonly out?: string;
  readonly evaluations?: boolean;
}

/** `entropy-sgd runs export`. */
export const definition: CommandDefinition = {
  examples: [
    "--out runs.csv",
    "runs/three --evaluations --out evaluations.json",
    "runs --format tensorboard --out boards",
  ],
  declare: (command, context, done) =>
    chosen(inFolder(command))
      .description("Write all settings and results of the runs, a row for each; as CSV to standard output by default.")
      .option("--evaluations", "a row for each evaluation instead")
      .addOption(
        new Option("--format <name>", "event files for TensorBoard, or as --out ends (default: csv)").choices(formats),
      )
      .option("--out <path>", "a .csv or .json file; for TensorBoard a new or empty folder")
      .action(async (folder: string, options: RunsExportCommand) =>
        done(await runsExportCommand(folder, options, context)),
      ),
};

/** Writes all quantities of the runs in a folder, or their evaluations, or event files. Gives the exit code. */
export async function runsExportCommand(
  folder: string,
  options: RunsExportCommand,
  context: CommandContext,
  findHolder?: FindHolder,
): Promise<number> {
  const { where, out, evaluations } = options;
  const format = formatOf(options);
  const runs = selected(storedRuns(folder, findHolder), fieldsOf, where).filter(({ status }) => status !== "foreign");
  if (format === "tensorboard") return exportEvents(runs, options, context);
  const rows = evaluations ? runs.flatMap(evaluationRows) : runs.map(fieldsOf);
  const keys = namesOf(rows);
  const text =
    format === "csv"
      ? csvOf(rows, keys)
      : `${printableJson({ folder, [evaluations ? "evaluations" : "runs"]: rows.map(objectOf) })}\n`;
  if (out === undefined) context.stdout.write(text);
  else {
    makeFolder(dirname(out));
    writeWhole(out, text);
    context.stdout.write(`${rows.length} ${evaluations ? "evaluations" : "runs"} are in ${out}\n`);
  }
  return exitCodes.ok;
}

function formatOf({ format, out }: RunsExportCommand): Format {
  if (format !== undefined) return format;
  const ending = out === undefined ? ".csv" : extname(out);
  if (ending !== ".csv" && ending !== ".json") {
    throw new InputError({ name: "--out", rule: "must end in .csv or .json", value: out });
  }
  return ending === ".csv" ? "csv" : "json";
}

/** An event file for each run that has begun, in a folder of its name. */
async function exportEvents(
  runs: readonly StoredRun[],
  { out, evaluations }: RunsExportCommand,
  { stdout, stderr }: CommandContext,
): Promise<number> {
  if (out === undefined) throw new InputError({ name: "--out", rule: "must say where event files are written" });
  if (evaluations) throw new InputError({ name: "--evaluations", rule: "is for tables; event files have all steps" });
  requireEmptyFolder(out);
  const { exportedEvents, exportedName } = await import("../runs/tensorboard/exportedEvents.ts");
  const begun = runs.filter(({ content }) => content !== null && content.start !== null);
  for (const { name, reason } of runs.filter((run) => !begun.includes(run))) {
    stderr.write(`warning: ${printable(`${name}: left out, ${reason ?? "it has not begun"}`)}\n`);
  }
  for (const { name, path } of begun) {
    const place = join(out, name);
    makeFolder(place);
    writeWhole(join(place, exportedName), exportedEvents(path));
  }
  stdout.write(`${begun.length} runs are in ${out}; tensorboard --logdir ${out} shows them\n`);
  return exitCodes.ok;
}

const [positions, losses] = [
  ["gradients", "effectiveEpochs"],
  ["validationLoss", "testLoss", "seconds"],
] as const;

function evaluationRows({ name, content }: StoredRun): RunFields[] {
  if (content === null) return [];
  const { seed, optimizer } = content.settings;
  return content.evaluations.map((evaluation) => {
    const numbersOf = (keys: readonly (keyof RecordedEvaluation)[]): Entry[] =>
      keys.map((key) => [key, valueFrom(evaluation[key])]);
    return new Map<string, Value>([
      ["name", name],
      ["seed", seed],
      ["optimizer", optimizer],
      ...numbersOf(positions),
      ...metricEntries(evaluation),
      ...numbersOf(losses),
    ]);
  });
}
