import { dirname, extname } from "node:path";
import { InputError, printableJson, type RecordedEvaluation } from "entropy-sgd-training";
import { makeFolder, writeWhole } from "../io/files.ts";
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

/** Options of `entropy-sgd runs export`. */
export interface RunsExportCommand {
  readonly where: readonly string[];
  /** Ends in .csv or .json. */
  readonly out?: string;
  readonly evaluations?: boolean;
}

/** `entropy-sgd runs export`. */
export const definition: CommandDefinition = {
  examples: ["--out runs.csv", "runs/three --evaluations --out evaluations.json"],
  declare: (command, context, done) =>
    chosen(inFolder(command))
      .description("Write all settings and results of the runs, a row for each; as CSV to standard output by default.")
      .option("--evaluations", "a row for each evaluation instead")
      .option("--out <file>", "a .csv or .json file")
      .action(async (folder: string, options: RunsExportCommand) => done(runsExportCommand(folder, options, context))),
};

/** Writes all quantities of the runs in a folder, or their evaluations. Gives the exit code. */
export function runsExportCommand(
  folder: string,
  { where, out, evaluations }: RunsExportCommand,
  { stdout }: CommandContext,
  findHolder?: FindHolder,
): number {
  const ending = out === undefined ? ".csv" : extname(out);
  if (ending !== ".csv" && ending !== ".json") {
    throw new InputError({ name: "--out", rule: "must end in .csv or .json", value: out });
  }
  const runs = selected(storedRuns(folder, findHolder), fieldsOf, where).filter(({ status }) => status !== "foreign");
  const rows = evaluations ? runs.flatMap(evaluationRows) : runs.map(fieldsOf);
  const keys = namesOf(rows);
  const text =
    ending === ".csv"
      ? csvOf(rows, keys)
      : `${printableJson({ folder, [evaluations ? "evaluations" : "runs"]: rows.map(objectOf) })}\n`;
  if (out === undefined) stdout.write(text);
  else {
    makeFolder(dirname(out));
    writeWhole(out, text);
    stdout.write(`${rows.length} ${evaluations ? "evaluations" : "runs"} are in ${out}\n`);
  }
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
