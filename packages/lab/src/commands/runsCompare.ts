import { realpathSync } from "node:fs";
import { join } from "node:path";
import { InputError, printable, printableJson } from "entropy-sgd-training";
import { comparedMeans, comparedUnit } from "../pages/comparedMeans.ts";
import { textTable, widthOf } from "../report/textTable.ts";
import { comparisonsOf, equalKeys, type RunComparison } from "../runs/compareRuns.ts";
import { selected } from "../runs/filterRuns.ts";
import { isReadable } from "../runs/groupRuns.ts";
import { fieldsOf, objectOf } from "../runs/runFields.ts";
import { scanFolder } from "../runs/scanFolder.ts";
import { type FindHolder, type StoredRun, storedRun } from "../runs/storedRun.ts";
import { metricField } from "../statistics/metricWords.ts";
import { plain } from "../statistics/numbers.ts";
import { comparisonSentences, counted } from "../statistics/words.ts";
import { type CommandDefinition, chosen, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { groupJson, groupTable } from "./runsGroups.ts";
import { writeComparison } from "./runsReport.ts";
import { others } from "./runsTable.ts";

/** Options of `entropy-sgd runs compare`. */
export interface RunsCompareCommand {
  readonly where: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

/** `entropy-sgd runs compare`. */
export const definition: CommandDefinition = {
  examples: ["runs/one runs/three", "--where network=lenet --out runs/comparison"],
  declare: (command, context, done) =>
    chosen(json(command))
      .description("Compare runs: means over seeds, settings that differ, differences of the test metric.")
      .argument("[runs...]", "run folders, and folders of runs", ["runs"])
      .option("--out <folder>", "where a report of them goes, report.html and figures/")
      .action(async (paths: string[], options: RunsCompareCommand) =>
        done(await runsCompareCommand(paths, options, context)),
      ),
};

/** Compares runs, grouped by what they share apart from the seed. Gives the exit code. */
export async function runsCompareCommand(
  paths: readonly string[],
  { where, out, json }: RunsCompareCommand,
  { stdout }: CommandContext,
  findHolder?: FindHolder,
): Promise<number> {
  const runs = selected(runsAt(paths, findHolder), fieldsOf, where);
  const read = runs.filter(isReadable);
  if (read.length === 0)
    throw new InputError({ path: "runs compare", rule: `no run to compare in ${paths.join(", ")}` });
  const comparisons = comparisonsOf(read);
  const report = out === undefined ? null : await writeComparison(out, comparisons);
  if (json) {
    const rest = runs.filter((run) => !isReadable(run)).map((run) => objectOf(fieldsOf(run)));
    stdout.write(`${printableJson({ comparisons: comparisons.map(comparisonJson), others: rest, report })}\n`);
    return exitCodes.ok;
  }
  const blocks = [...apart(comparisons), ...comparisons.map((comparison) => inWords(comparison, widthOf(stdout)))].join(
    "\n",
  );
  stdout.write(blocks + others(runs) + (report === null ? "" : `\nThe report is ${report}\n`));
  return exitCodes.ok;
}

/** The runs in folders and the folders that are runs, each once, under the paths that lead to them. */
function runsAt(paths: readonly string[], findHolder: FindHolder | undefined): StoredRun[] {
  const found = paths.flatMap((given) =>
    scanFolder(given).map((own) => ({ ...own, name: own.name === "." ? given : join(given, own.name) })),
  );
  const places = found.map(({ path, foreign }) => (foreign === null ? realpathSync(path) : path));
  const seen = new Set<string>();
  return found.filter((_, i) => !seen.has(places[i]!) && seen.add(places[i]!)).map((own) => storedRun(own, findHolder));
}

/** Why there are several comparisons, if there are. */
function apart(comparisons: readonly RunComparison[]): string[] {
  if (comparisons.length === 1) return [];
  const differing = equalKeys.flatMap((key) => {
    const values = [...new Set(comparisons.map(({ setting }) => setting[key]))];
    return values.length > 1 ? `${key} (${values.join(", ")})` : [];
  });
  return [`${printable(`The runs differ in ${differing.join(" and ")}: they are compared apart.`)}\n`];
}

function inWords(comparison: RunComparison, width: number): string {
  const { setting, groups, differing } = comparison;
  const title = `${setting.network}, data ${setting.data}, ${counted(Number(setting.budget), "effective epoch")}`;
  const rows = [...differing].map(([name, values]) => [name, ...values.map(plain)]);
  const head = ["setting", ...groups.map(({ label }) => label)];
  const lines = sentences(comparison).map((line) => `${printable(line)}\n`);
  const tables = [groupTable(groups, width), ...(rows.length === 0 ? [] : [textTable(head, rows, width)])];
  return [`${printable(title)}\n`, ...tables, lines.join("")].join("\n");
}

function sentences(comparison: RunComparison): string[] {
  const { setting, groups, differing } = comparison;
  const names = [...differing.keys()];
  const none = groups.filter(({ spreads }) => spreads.test.mean === null).map(({ label }) => label);
  return [
    ...(names.length === 0 ? [] : [`The groups differ in ${names.join(", ")}.`]),
    ...(none.length === 0 ? [] : [`No test ${setting.metric} at the end of the budget: ${none.join(", ")}.`]),
    ...comparisonSentences(comparedMeans(comparison), comparedUnit(comparison)),
    ...(groups.length === 1 ? ["There is one group: nothing to compare it with."] : []),
  ];
}

function comparisonJson(comparison: RunComparison): object {
  const { setting, groups, differing, differences } = comparison;
  return {
    ...setting,
    groups: groups.map(groupJson),
    settingsThatDiffer: Object.fromEntries(differing),
    differences: differences.map(({ first, second, test }) => ({
      first: first.label,
      second: second.label,
      [metricField("test", first.spreads.metric)]: test,
    })),
    sentences: sentences(comparison),
  };
}
