/** `--set name=value`: options of the optimizer, and settings of the run. */
import { type NamedOption, type OptimizerName, optimizersByName } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import { type DataOptions, dataOptionFrom } from "entropy-sgd-training/node";
import { z } from "zod";
import { parseOption, setError } from "./parseOption.ts";
import type { OptionValue } from "./recipes.ts";
import { ruleOf, type SettingName, settingsWith } from "./settings.ts";

/** Settings of the run, beside the optimizer's options, that `--set` accepts. */
const settable: readonly string[] = settingsWith("set");

/** Names that `--set` accepts for an optimizer; none for an unknown optimizer. */
export function acceptedBySet(optimizer: string): readonly string[] {
  const specs = optimizersByName[optimizer as OptimizerName]?.options ?? [];
  return [...specs.filter(isSettable).map(({ name }) => name), ...settable];
}

const isSettable = ({ kind, name }: NamedOption): boolean =>
  kind !== "groups" && kind !== "direction" && name !== "seed";

/** `task.NAME` or `data.NAME`: an option of the task or of the reader of data. */
const owned = /^(task|data)\.(.+)$/;

/** Whether `--set` takes a name for the task or the reader of data, whatever the optimizer. */
export const isOfTaskOrData = (name: string): boolean => owned.test(name);

/** Values whose rules are of those who take them. */
type FreeOptions = Record<string, FreeValue | FreeValue[]>;
type FreeValue = number | string | boolean | null;

/** Assigned values, by what they belong to. */
interface ParsedSet {
  readonly optimizer: Record<string, OptionValue>;
  readonly run: Record<string, unknown>;
  /** Options of the task by its own names. */
  readonly task: FreeOptions;
  readonly data: Record<string, DataOptions[keyof DataOptions]>;
}

/** Divides `--set` assignments into the optimizer's options and the run's settings. */
export function parseSet(assignments: readonly string[], optimizer: OptimizerName): ParsedSet {
  const specs = optimizersByName[optimizer].options.filter(isSettable);
  const result: ParsedSet = { optimizer: {}, run: {}, task: {}, data: {} };
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at < 1) throw new InputError({ name: "--set", rule: "must be name=value", value: assignment });
    const [name, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
    const [, owner, free] = owned.exec(name) ?? [];
    const spec = specs.find((candidate) => candidate.name === name);
    if (name === "seed")
      throw new InputError({ name: "--set seed", rule: "give --seed, which also draws weights and data order" });
    if (owner === "data") result.data[free!] = dataOptionFrom(free!, text);
    else if (owner === "task") result.task[free!] = freeValue(text);
    else if (spec !== undefined) result.optimizer[name] = parseOption(spec, text);
    else if (settable.includes(name)) result.run[name] = parseSetting(name as SettingName, text);
    else {
      const known = acceptedBySet(optimizer).join(", ");
      const rule = `unknown for ${optimizer}; the options are ${known}`;
      throw new InputError({ code: "unknown-option", name, rule }, `--set ${name}: ${rule}`);
    }
  }
  return result;
}

/** The value of a setting from its text; its rule is checked with the other settings. */
function parseSetting(name: SettingName, text: string): unknown {
  let rule = ruleOf(name);
  if (rule instanceof z.ZodNullable) {
    if (text === "null") return null;
    rule = rule.unwrap() as z.ZodType;
  }
  if (rule instanceof z.ZodString || rule instanceof z.ZodEnum) return text;
  if (rule instanceof z.ZodArray) return text === "" ? [] : text.split(",").map((part) => toNumber(name, part));
  if (!(rule instanceof z.ZodBoolean)) return toNumber(name, text);
  if (text === "true" || text === "false") return text === "true";
  throw setError(name, "must be true or false", text);
}

/** A number, true, false, null or text; a list where there are commas. */
function freeValue(text: string): FreeValue | (number | string)[] {
  if (text.includes(",")) return text.split(",").map((part) => freeValue(part.trim()) as number | string);
  if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
  return Object.hasOwn(words, text) ? words[text]! : text;
}

function toNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw setError(name, "must be a number", text);
}
