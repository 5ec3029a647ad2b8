/** The commands that list, show, compare, delete and export runs. */
import { type Command, Option } from "commander";
import type { CommandContext } from "./context.ts";
import { collect } from "./options.ts";
import type { RunsCompareCommand } from "./runsCompare.ts";
import type { RunsDeleteCommand } from "./runsDelete.ts";
import type { RunsExportCommand } from "./runsExport.ts";
import type { RunsListCommand } from "./runsList.ts";
import type { RunsShowCommand } from "./runsShow.ts";

/** Adds the command `runs` with its own commands; `done` takes their exit codes. */
export function addStoreCommands(program: Command, context: CommandContext, done: (code: number) => void): void {
  const runs = program.command("runs").description("List, show, compare, delete and export the runs in a folder.");

  chosen(placed(json(runs.command("list"))))
    .description("List the runs in a folder and below it.")
    .option("--sort <key>", "in the order of a setting or result; -key: falling")
    .option("--group", "one row for runs that differ in the seed alone")
    .addOption(new Option("--csv", "print comma-separated values").conflicts("json"))
    .action(async (folder: string, options: RunsListCommand) =>
      done((await import("./runsList.ts")).runsListCommand(folder, options, context)),
    );

  json(runs.command("show"))
    .description("Show one run: settings, machine, evaluations, result, checkpoints, resumes and rollbacks.")
    .argument("<run>", "run folder")
    .action(async (run: string, options: RunsShowCommand) =>
      done((await import("./runsShow.ts")).runsShowCommand(run, options, context)),
    );

  chosen(json(runs.command("compare")))
    .description("Compare runs: means over seeds, settings that differ, differences of test errors.")
    .argument("[runs...]", "run folders, and folders of runs", ["runs"])
    .option("--out <folder>", "where a report of them goes, report.html and figures/")
    .action(async (paths: string[], options: RunsCompareCommand) =>
      done(await (await import("./runsCompare.ts")).runsCompareCommand(paths, options, context)),
    );

  chosen(placed(json(runs.command("delete"))))
    .description("Say which runs are meant and how large they are; delete them with --yes.")
    .option("--run <name>", "a run by its name in the list; may be repeated", collect, [])
    .option("--yes", "delete them")
    .action(async (folder: string, options: RunsDeleteCommand) =>
      done((await import("./runsDelete.ts")).runsDeleteCommand(folder, options, context)),
    );

  chosen(placed(runs.command("export")))
    .description("Write all settings and results of the runs, a row for each; as CSV to standard output by default.")
    .option("--evaluations", "a row for each evaluation instead")
    .option("--out <file>", "a .csv or .json file")
    .action(async (folder: string, options: RunsExportCommand) =>
      done((await import("./runsExport.ts")).runsExportCommand(folder, options, context)),
    );
}

function json(command: Command): Command {
  return command.option("--json", "print one JSON object on standard output and nothing else there");
}

function placed(command: Command): Command {
  return command.argument("[folder]", "folder of runs", "runs");
}

function chosen(command: Command): Command {
  const how = "only runs with key=value, or !=, <, <=, >, >=; errors are fractions; may be repeated";
  return command.option("--where <condition>", how, collect, []);
}
