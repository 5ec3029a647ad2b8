import { Option } from "commander";
import { printable, printableJson } from "entropy-sgd-training";
import { textTable, widthOf } from "../report/textTable.ts";
import { selected, sorted } from "../runs/filterRuns.ts";
import { groupRuns, isReadable } from "../runs/groupRuns.ts";
import { distinctMetrics, primaryMetric } from "../runs/primaryMetric.ts";
import { fieldsOf, objectOf, type RunFields, type Value } from "../runs/runFields.ts";
import { type FindHolder, type StoredRun, storedRuns } from "../runs/storedRun.ts";
import { metricCell, metricField, metricTitle } from "../statistics/metricWords.ts";
import { fixed, plain, significant } from "../statistics/numbers.ts";
import { type CommandDefinition, chosen, inFolder, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { groupCsv, groupFields, groupJson, groupTable } from "./runsGroups.ts";
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
  const columns = columnsOf(runs);
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

interface Column {
  readonly key: string;
  /** Without one the column is of CSV alone. */
  readonly title?: string;
  readonly shows?: (value: Value | undefined, run: RunFields) => string;
}

/** Columns of the table and of CSV: two of its own for each metric that some run is judged by. */
function columnsOf(runs: readonly StoredRun[]): readonly Column[] {
  const metrics = distinctMetrics(runs.filter(isReadable).map(({ content }) => primaryMetric(content)));
  const ofMetrics = metrics.flatMap((metric) =>
    (["validation", "test"] as const).map((value): Column => {
      const shows = (own: Value | undefined): string =>
        own === undefined ? "" : metricCell(metric.name, typeof own === "number" ? own : null);
      return { key: metricField(value, metric), title: `${value} ${metricTitle(metric.name)}`, shows };
    }),
  );
  return [...before, ...ofMetrics, ...behind];
}

const before: readonly Column[] = [
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
];

const behind: readonly Column[] = [
  {
    key: "trainLoss",
    title: "train loss",
    // A cross-entropy is near 1 or below; other losses have the size of their targets.
    shows: (value, run) => (run.get("metric") === "error" ? fixed(value, 4) : significant(value, 4)),
  },
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
  if (asCsv) return groupCsv(groups);
  if (groups.length === 0) return `No runs in ${printable(folder)}\n${others(chosen)}`;
  return groupTable(groups, width) + others(chosen);
}
