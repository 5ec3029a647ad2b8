/** `--config` and `--print-config`: the settings of a run from a file, and to one. */
import type { Command } from "commander";
import { type PlacedName, placedRefusal } from "../settings/fileRefusals.ts";
import type { SettingsRequest } from "../settings/resolveSettings.ts";
import { readRunFile } from "../settings/runFile.ts";

/** A command's options with the settings of its file, where there is one. */
export interface Configured<Options> {
  /** Those of the command line, then those of the file, then what is usual. */
  readonly options: Options;
  /** Does the work; an error about a value of the file gets its place there. */
  placing<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Adds `--config` to a command with the options of settings: those that are required may be in the file. */
export function configurable(command: Command): Command {
  for (const option of command.options) option.mandatory = false;
  const help = "YAML or JSON with settings by their names and those of --set under set, or a run's config.json";
  return command.option("--config <file>", `${help}; options given here come before`);
}

/** The names of the settings that must be given. */
const required = ["network", "budget"] as const;

/** The options of a command as they were parsed. @throws InputError for a file that breaks a rule; CommanderError for what is missing */
export function configured<Options extends Partial<SettingsRequest> & { readonly config?: string }>(
  command: Command,
  parsed: Options,
): Configured<Options> {
  const file = parsed.config === undefined ? null : readRunFile(parsed.config);
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  const { set: setInFile = [], ...fields } = file?.request ?? {};
  const fromFile = Object.entries(fields).filter(([name]) => !isGiven(name));
  const set = [...setInFile, ...(parsed.set ?? [])];
  const options: Options = { ...parsed, ...Object.fromEntries(fromFile), set };
  for (const name of required) {
    const option = command.options.find((own) => own.attributeName() === name);
    if (option === undefined || options[name] !== undefined) continue;
    command.error(`error: required option '${option.flags}' not specified, nor ${name} in a file of --config`);
  }
  const isReplaced = ({ name }: PlacedName): boolean =>
    isGiven(name) || (parsed.set ?? []).some((assignment) => assignment.startsWith(`${name}=`));
  const places = (file?.places ?? []).filter((place) => !isReplaced(place));
  return {
    options,
    async placing(work) {
      try {
        return await work();
      } catch (error) {
        throw (file === null ? null : placedRefusal(error, file.yaml, places)) ?? error;
      }
    },
  };
}
