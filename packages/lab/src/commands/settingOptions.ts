/** The options of commands that are settings of a run, from the table of settings. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { brokenRule } from "../settings/brokenRule.ts";
import { rowOf, ruleOf, type SettingName, settingsWith, usualValue } from "../settings/settings.ts";
import { jsonAtEnd } from "./commandDefinition.ts";
import { collect } from "./options.ts";

/** What some options are when not given, where a command differs from the table. */
type Usual = Readonly<Partial<Record<SettingName, string>>>;

/** Adds an option for each setting that has one, but for some. */
function addSettingOptions(command: Command, except: readonly SettingName[], usual: Usual): Command {
  const names = settingsWith("flag").filter((name) => !except.includes(name));
  for (const name of names) command.addOption(settingOption(name, usual[name]));
  return command;
}

/** The options of commands that train runs of given settings. @param place - where they keep them, for help */
export function runOptions(
  command: Command,
  except: readonly SettingName[],
  { place = "runs/train-N or runs/compare-N", usual = {} }: { readonly place?: string; readonly usual?: Usual } = {},
): Command {
  const withSettings = addSettingOptions(command, except, usual)
    .option("--set <name=value>", "an option of the optimizer or run; may be repeated", collect, [])
    .option("--out <folder>", `a new or empty folder; default: ${place}`);
  return jsonAtEnd(withSettings)
    .addHelpText("after", setHelp)
    .configureOutput({
      outputError: (text, write) => write(withRule(text, command.options)),
    });
}

/** The error of Commander about an option that must be given, which names it alone, with what it takes. */
function withRule(text: string, options: readonly Option[]): string {
  const isMissing = ({ flags }: Option): boolean => text === `error: required option '${flags}' not specified\n`;
  const option = options.find(isMissing);
  return option === undefined ? text : `${text.trimEnd()}: ${option.description}\n`;
}

function settingOption(name: SettingName, ownUsual: string | undefined): Option {
  const { ask, flag } = rowOf(name);
  const usual = ownUsual ?? flag?.usual;
  const words = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const option = new Option([`--${words}`, ...(flag?.value === undefined ? [] : [flag.value])].join(" "), flag?.help);
  if (usual !== undefined) option.default(usual);
  else if (ask === "required") option.makeOptionMandatory();
  const nullable = ruleOf(name);
  const rule = nullable instanceof z.ZodNullable ? nullable.unwrap() : nullable;
  if (rule instanceof z.ZodEnum) option.choices(rule.options.map(String));
  else if (rule instanceof z.ZodNumber) option.argParser(numberParser(rule));
  else if (rule instanceof z.ZodArray) option.argParser((text, previous: string[] = []) => [...previous, text]);
  else if (rule instanceof z.ZodRecord) option.argParser(assignmentParser(rule));
  return option;
}

function numberParser(rule: z.ZodNumber): (text: string) => number {
  return (text) => {
    const parsed = rule.safeParse(text.trim() === "" ? Number.NaN : Number(text), { error: brokenRule });
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`It ${parsed.error.issues[0]!.message}.`);
  };
}

/** Collects `name=number`, later ones behind earlier ones. */
function assignmentParser(
  rule: z.ZodRecord,
): (text: string, previous?: Record<string, number>) => Record<string, number> {
  const parse = numberParser(rule.valueType as z.ZodNumber);
  return (text, previous = {}) => {
    const at = text.lastIndexOf("=");
    if (at < 1) throw new InvalidArgumentError("It must be pattern=factor.");
    const { [text.slice(0, at)]: _, ...others } = previous;
    return { ...others, [text.slice(0, at)]: parse(text.slice(at + 1)) };
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
The recipe tuned has rates chosen on validation for each network for MNIST and optimizer: docs/results/rates.md has the
evidence, docs/results/first-try.md what a first try comes to. Other networks have published rates, or those of mnistfc.
--set takes the optimizer's options, which entropy-sgd options prints, and these of the run:
${lines.join("\n")}`;
}
