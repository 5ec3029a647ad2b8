import { printable, printableJson } from "entropy-sgd-training";
import { textTable, widthOf } from "../pages/textTable.ts";
import { selected, sorted } from "../runs/conditions.ts";
import { groupRuns, isRead } from "../runs/groupRuns.ts";
import { objectOf, type Quantities, quantitiesOf, type Value } from "../runs/quantities.ts";
import { type FindHolder, type StoredRun, storedRuns } from "../runs/storedRun.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { groupColumns, groupCsv, groupJson, groupQuantities, groupTable } from "./runsGroups.ts";
import { csvOf, figure, others, percent, plain } from "./runsTable.ts";

/** Options of `entropy-sgd runs list`. */
export interface RunsListCommand {
  readonly where: readonly string[];
  readonly sort?: string;
  readonly group?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Lists the runs in a folder, or groups of them. Gives the exit code. */
export function runsListCommand(
  folder: string,
  options: RunsListCommand,
  { stdout }: CommandContext,
  findHolder?: FindHolder,
): number {
  const chosen = selected(storedRuns(folder, findHolder), quantitiesOf, options.where);
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
  const runs = sort === undefined ? chosen : sorted(chosen, quantitiesOf, sort);
  if (json) return `${printableJson({ folder, runs: runs.map((run) => objectOf(quantitiesOf(run))) })}\n`;
  if (asCsv)
    return csvOf(
      runs.map(quantitiesOf),
      columns.map(({ key }) => key),
    );
  const read = runs.filter(isRead);
  if (read.length === 0) return `No runs in ${printable(folder)}\n${others(runs)}`;
  const rows = read.map((run) => {
    const own = quantitiesOf(run);
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
  readonly shows?: (value: Value | undefined, run: Quantities) => string;
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
  { key: "status", title: "status", shows: plain },
  { key: "gradientEvaluations", title: "gradients", shows: plain },
  { key: "validationError", title: "validation error %", shows: percent },
  { key: "testError", title: "test error %", shows: percent },
  { key: "trainLoss", title: "train loss", shows: (value) => figure(value, 4) },
  { key: "seconds", title: "seconds", shows: (value) => figure(value, 0) },
  { key: "reason" },
];

function groupList(
  folder: string,
  chosen: readonly StoredRun[],
  { sort, json, csv: asCsv }: RunsListCommand,
  width: number,
): string {
  const all = groupRuns(chosen.filter(isRead));
  const groups = sort === undefined ? all : sorted(all, groupQuantities, sort);
  if (json) {
    const rest = chosen.filter((run) => !isRead(run)).map((run) => objectOf(quantitiesOf(run)));
    return `${printableJson({ folder, groups: groups.map(groupJson), others: rest })}\n`;
  }
  if (asCsv) return csvOf(groups.map(groupCsv), groupColumns);
  if (groups.length === 0) return `No runs in ${printable(folder)}\n${others(chosen)}`;
  return groupTable(groups, width) + others(chosen);
}
