/** The options of commands that are settings of a run, from the table of settings. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { brokenRule } from "../settings/brokenRule.ts";
import { rowOf, ruleOf, type SettingName, settingsWith, usualValue } from "../settings/settings.ts";
import { jsonAtEnd } from "./commandDefinition.ts";
import { collect } from "./options.ts";

/** Adds an option for each setting that has one, but for some. */
function addSettingOptions(command: Command, except: readonly SettingName[]): Command {
  const names = settingsWith("flag").filter((name) => !except.includes(name));
  for (const name of names) command.addOption(settingOption(name));
  return command;
}

/** The options of commands that train runs of given settings. @param place - where they keep them, for help */
export function runOptions(
  command: Command,
  except: readonly SettingName[],
  place = "runs/train-N or runs/compare-N",
): Command {
  const withSettings = addSettingOptions(command, except)
    .option("--set <name=value>", "an option of the optimizer or run; may be repeated", collect, [])
    .option("--out <folder>", `a new or empty folder; default: ${place}`);
  return jsonAtEnd(withSettings).addHelpText("after", setHelp);
}

function settingOption(name: SettingName): Option {
  const { ask, flag } = rowOf(name);
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const option = new Option(`--${words} ${flag?.value}`, flag?.help);
  if (flag?.usual !== undefined) option.default(flag.usual);
  else if (ask === "required") option.makeOptionMandatory();
  const nullable = ruleOf(name);
  const rule = nullable instanceof z.ZodNullable ? nullable.unwrap() : nullable;
  if (rule instanceof z.ZodEnum) option.choices(rule.options.map(String));
  else if (rule instanceof z.ZodNumber) option.argParser(numberParser(rule));
  return option;
}

function numberParser(rule: z.ZodNumber): (text: string) => number {
  return (text) => {
    const parsed = rule.safeParse(text.trim() === "" ? Number.NaN : Number(text), { error: brokenRule });
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`It ${parsed.error.issues[0]!.message}.`);
  };
}

/** What `--set` takes beside the optimizer's options, with what is usual. */
function setHelp(): string {
  const names = settingsWith("set");
  const heads = names.map((name) => {
    const usual = usualValue(name);
    return usual === undefined ? name : `${name} (${usual})`;
  });
  const width = Math.max(...heads.map(({ length }) => length));
  const lines = names.map((name, i) => `  ${heads[i]!.padEnd(width)}  ${rowOf(name).doc}`);
  return `
The recipe tuned has rates chosen on validation for each network and optimizer: docs/results/rates.md has the evidence,
docs/results/first-try.md what a first try comes to.
--set takes the optimizer's options, which entropy-sgd options prints, and these of the run:
${lines.join("\n")}`;
}
