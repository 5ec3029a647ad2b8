import { Option } from "commander";
import { printable, printableJson } from "entropy-sgd-training";
import { textTable, widthOf } from "../report/textTable.ts";
import { selected, sorted } from "../runs/filterRuns.ts";
import { groupRuns, isReadable } from "../runs/groupRuns.ts";
import { fieldsOf, objectOf, type RunFields, type Value } from "../runs/runFields.ts";
import { type FindHolder, type StoredRun, storedRuns } from "../runs/storedRun.ts";
import { fixed, inPercent, plain } from "../statistics/numbers.ts";
import { type CommandDefinition, chosen, inFolder, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { groupColumns, groupCsv, groupFields, groupJson, groupTable } from "./runsGroups.ts";
import { csvOf, others } from "./runsTable.ts";

/** Options of `entropy-sgd runs list`. */
export interface RunsListCommand {
  readonly where: readonly string[];
  readonly sort?: string;
  readonly group?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `entropy-sgd runs list`. */
export const definition: CommandDefinition = {
  examples: ["", "--where optimizer=entropy-sgd --sort testError", "runs/three --group --csv"],
  declare: (command, context, done) =>
    chosen(inFolder(json(command)))
      .description("List the runs in a folder and below it.")
      .option("--sort <key>", "in the order of a setting or result; -key: falling")
      .option("--group", "one row for runs that differ in the seed alone")
      .addOption(new Option("--csv", "print comma-separated values").conflicts("json"))
      .action(async (folder: string, options: RunsListCommand) => done(runsListCommand(folder, options, context))),
};

/** Lists the runs in a folder, or groups of them. Gives the exit code. */
export function runsListCommand(
  folder: string,
  options: RunsListCommand,
  { stdout }: CommandContext,
  findHolder?: FindHolder,
): number {
  const chosen = selected(storedRuns(folder, findHolder), fieldsOf, options.where);
  const list = options.group ? groupList : runList;
  stdout.write(list(folder, chosen, options, widthOf(stdout)));
  return exitCodes.ok;
}

function runList(
  folder: string,
  chosen: readonly StoredRun[],
  { sort, json, csv: asCsv }: RunsListCommand,
  width: number,
): string {
  const runs = sort === undefined ? chosen : sorted(chosen, fieldsOf, sort);
  if (json) return `${printableJson({ folder, runs: runs.map((run) => objectOf(fieldsOf(run))) })}\n`;
  if (asCsv)
    return csvOf(
      runs.map(fieldsOf),
      columns.map(({ key }) => key),
    );
  const read = runs.filter(isReadable);
  if (read.length === 0) return `No runs in ${printable(folder)}\n${others(runs)}`;
  const rows = read.map((run) => {
    const own = fieldsOf(run);
    return columns.filter(({ shows }) => shows !== undefined).map(({ key, shows }) => shows!(own.get(key), own));
  });
  return (
    textTable(
      columns.flatMap(({ title }) => title ?? []),
      rows,
      width,
    ) + others(runs)
  );
}

/** Columns of the table and of CSV; without a title only of CSV. */
const columns: readonly {
  readonly key: string;
  readonly title?: string;
  readonly shows?: (value: Value | undefined, run: RunFields) => string;
}[] = [
  { key: "name", title: "name", shows: plain },
  { key: "network", title: "network", shows: plain },
  {
    key: "optimizer",
    title: "optimizer",
    shows: (value, run) => `${plain(value)}${run.get("preset") == null ? "" : ` (${plain(run.get("preset"))})`}`,
  },
  { key: "preset" },
  { key: "seed", title: "seed", shows: plain },
  { key: "status", title: "status", shows: (value, run) => `${plain(value)}${howItEnded(run.get("reason"))}` },
  { key: "gradientEvaluations", title: "gradients", shows: plain },
  { key: "validationError", title: "validation error %", shows: (value) => inPercent(value) },
  { key: "testError", title: "test error %", shows: (value) => inPercent(value) },
  { key: "trainLoss", title: "train loss", shows: (value) => fixed(value, 4) },
  { key: "seconds", title: "seconds", shows: (value) => fixed(value, 0) },
  { key: "reason" },
];

/** Why a run ended, where its status does not say it. */
function howItEnded(reason: Value | undefined): string {
  return reason === "time" || reason === "early-stopping" ? ` (${reason})` : "";
}

function groupList(
  folder: string,
  chosen: readonly StoredRun[],
  { sort, json, csv: asCsv }: RunsListCommand,
  width: number,
): string {
  const all = groupRuns(chosen.filter(isReadable));
  const groups = sort === undefined ? all : sorted(all, groupFields, sort);
  if (json) {
    const rest = chosen.filter((run) => !isReadable(run)).map((run) => objectOf(fieldsOf(run)));
    return `${printableJson({ folder, groups: groups.map(groupJson), others: rest })}\n`;
  }
  if (asCsv) return csvOf(groups.map(groupCsv), groupColumns);
  if (groups.length === 0) return `No runs in ${printable(folder)}\n${others(chosen)}`;
  return groupTable(groups, width) + others(chosen);
}
