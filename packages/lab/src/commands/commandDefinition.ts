/** What a command is to the program, and what several commands share in their declarations. */
import { type Command, Option } from "commander";
import type { DeviceChoice } from "entropy-sgd-training";
import { deviceChoices } from "../settings/settings.ts";
import type { CommandContext } from "./context.ts";
import { collect, count } from "./options.ts";

/** What the file of a command exports as `definition`. */
export interface CommandDefinition {
  /** Arguments of the examples below the command's help; a test parses each of them. */
  readonly examples: readonly string[];
  /** Adds description, arguments, options and the action, whose exit code `done` takes. */
  declare(command: Command, context: CommandContext, done: (code: number) => void): Command;
}

/** Adds `--json`. */
export function json(command: Command): Command {
  return command.option("--json", "print one JSON object on standard output and nothing else there");
}

/** Adds `--json` of a command that prints other lines before. */
export function jsonAtEnd(command: Command): Command {
  return command.option("--json", "print one JSON object as the last line of standard output and nothing else there");
}

/** Adds `--json` and the folder for the page, figures and numbers. */
export function placed(command: Command, otherwise: string): Command {
  return json(command).option("--out <folder>", `where page, figures and numbers go; default: ${otherwise}`);
}

/** Options of commands that compute with a trained network. */
export interface Computing {
  readonly threads?: number;
  readonly device: DeviceChoice;
}

/** Adds `--threads` and `--device`. */
export function computing(command: Command): Command {
  return command
    .option("--threads <n>", "threads of one operation; default: the cores", count)
    .addOption(
      new Option("--device <name>", "what computes: auto takes a GPU where there is one")
        .choices(deviceChoices)
        .default("cpu"),
    );
}

/** Adds what measurements of runs share: their place below the first run, the place of the data, and what computes. */
export function measuring(command: Command, place: string): Command {
  return computing(
    placed(command, `RUN/measurements/${place}`).option(
      "--data <folder>",
      "a folder that holds the runs' data in another place",
    ),
  );
}

/** Adds the folder of runs. */
export function inFolder(command: Command): Command {
  return command.argument("[folder]", "folder of runs", "runs");
}

/** Adds `--where`. */
export function chosen(command: Command): Command {
  const how = "only runs with key=value, or !=, <, <=, >, >=; errors are fractions; may be repeated";
  return command.option("--where <condition>", how, collect, []);
}
