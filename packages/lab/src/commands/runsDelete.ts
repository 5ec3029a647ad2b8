import { InputError, printable, printableJson } from "entropy-sgd-training";
import { bytesIn } from "../io/bytesIn.ts";
import { textTable } from "../report/textTable.ts";
import { deleteRuns, requireUnused, runNamed } from "../runs/deleteRuns.ts";
import { selected } from "../runs/filterRuns.ts";
import { lockHolder } from "../runs/lock.ts";
import { fieldsOf } from "../runs/runFields.ts";
import { type FindHolder, type StoredRun, storedRuns } from "../runs/storedRun.ts";
import { type CommandDefinition, chosen, inFolder, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes } from "./context.ts";
import { collect } from "./options.ts";

/** Options of `entropy-sgd runs delete`. */
export interface RunsDeleteCommand {
  readonly where: readonly string[];
  /** Names of runs; of those, only the ones that meet all conditions are deleted. */
  readonly run: readonly string[];
  /** Without it, the command only says what it would delete. */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `entropy-sgd runs delete`. */
export const definition: CommandDefinition = {
  examples: ["--where status=diverged", "--run one --yes"],
  declare: (command, context, done) =>
    chosen(inFolder(json(command)))
      .description("Say which runs are meant and how large they are; delete them with --yes.")
      .option("--run <name>", "a run by its name in the list; may be repeated", collect, [])
      .option("--yes", "delete them")
      .action(async (folder: string, options: RunsDeleteCommand) => done(runsDeleteCommand(folder, options, context))),
};

/** Deletes the runs that meet conditions or are named, or says which these are. Gives the exit code. */
export function runsDeleteCommand(
  folder: string,
  { where, run, yes = false, json = false }: RunsDeleteCommand,
  { stdout }: CommandContext,
  findHolder: FindHolder = lockHolder,
): number {
  if (where.length === 0 && run.length === 0)
    throw new InputError({ path: "runs delete", rule: "needs --where or --run: what to delete" });
  const all = storedRuns(folder, findHolder);
  if (all.some(({ name }) => name === ".")) {
    throw new InputError({
      path: folder,
      rule: "is a run itself; give the folder that holds it, and its name by --run",
    });
  }
  const byName = new Map(all.map((own) => [own.name, own]));
  const named = run.length === 0 ? all : [...new Set(run.map((name) => runNamed(folder, name, byName)))];
  // Conditions on keys that only other runs have are no mistake.
  const meeting = new Set(selected(all, fieldsOf, where));
  const chosen = named.filter((candidate) => meeting.has(candidate) && candidate.status !== "foreign");
  requireUnused(chosen, findHolder);
  const sized = chosen.map((own) => ({ own, bytes: bytesIn(own.path) }));
  const total = sized.reduce((sum, { bytes }) => sum + bytes, 0);
  if (yes) deleteRuns(folder, chosen, ({ name }) => json || stdout.write(`deleted ${printable(name)}\n`));
  if (json) {
    const runs = sized.map(({ own: { name, status }, bytes }) => ({ name, status, bytes }));
    stdout.write(`${printableJson({ folder, deleted: yes, bytes: total, runs })}\n`);
  } else stdout.write(inWords(sized, total, yes));
  return exitCodes.ok;
}

function inWords(sized: readonly { own: StoredRun; bytes: number }[], total: number, yes: boolean): string {
  if (sized.length === 0) return "No run is meant; nothing was deleted\n";
  const amount = `${sized.length} ${sized.length === 1 ? "run" : "runs"}, ${total} bytes`;
  if (yes) return `${amount} deleted\n`;
  const rows = sized.map(({ own: { name, status }, bytes }) => [name, status, String(bytes)]);
  return `${textTable(["run", "status", "bytes"], rows)}\n${amount} would be deleted; nothing was: give --yes\n`;
}
