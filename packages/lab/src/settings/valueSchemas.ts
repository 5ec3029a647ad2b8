/** Schemas of values and ranges, one for each rule: names with the same rule share it. */
import type { NamedOption } from "entropy-sgd";
import { z } from "zod";
import type { OptionValue } from "./recipes.ts";
import { scopePattern, scopeWords } from "./scopeText.ts";
import { ruleOf as ruleOfSetting, type SettingName } from "./settings.ts";

/** A value in a sweep's file; the list is that of `drops`. */
export type SweepValue = OptionValue | readonly number[];

/** Numbers that a random search draws from. */
export interface SweepRange {
  readonly min: number;
  readonly max: number;
  /** Uniform in the value, or in its logarithm. */
  readonly scale: "linear" | "log";
  /** Whether only whole numbers are drawn; `max` may be drawn then. */
  readonly integer: boolean;
}

/** Values for a grid or a random search. */
export type SweepParameter = readonly SweepValue[] | SweepRange;

/** Whether a parameter is a range. */
export function isRange(parameter: SweepParameter): parameter is SweepRange {
  return !Array.isArray(parameter);
}

/** The schemas of a rule. */
export interface RuleSchemas {
  /** The rule in words, for messages. */
  readonly rule: string;
  readonly value: z.ZodType<SweepValue>;
  /** A list of values; of numbers also a range. */
  readonly parameter: z.ZodType<SweepParameter>;
}

/** Schemas by the identifier that JSON Schemas use for the rule. */
const made = new Map<string, RuleSchemas>();

/** The schemas of an option. */
export function schemasOf(spec: NamedOption): RuleSchemas {
  const rule = ruleOf(spec);
  return once(identityOf(spec), rule, () => {
    const must = { error: `must be ${rule}` };
    const isNumber = spec.kind === "number" || spec.kind === "integer";
    const number = isNumber ? numberOf(spec, must) : null;
    const plain = number ?? (spec.kind === "boolean" ? z.boolean(must) : z.enum(spec.choices ?? [], must));
    const scope = z.string(must).regex(scopePattern, must);
    const also = [...(spec.name === "scope" ? [scope] : []), ...(spec.nullable ? [z.null(must)] : [])];
    return { value: also.length === 0 ? plain : z.union([plain, ...also], must), number };
  });
}

/** The schemas of a choice of words. */
export function wordSchemas(name: string, words: readonly string[]): RuleSchemas {
  const rule = `one of ${words.join(", ")}`;
  return once(name, rule, () => ({ value: z.enum(words, { error: `must be ${rule}` }), number: null }));
}

/** The schemas of a field of config.json, without its default. */
export function fieldSchemas(name: SettingName): RuleSchemas {
  return once(`setting-${name}`, "as config.json has it", () => {
    const value = ruleOfSetting(name);
    // Fields that a sweep may set are numbers, words, booleans, null, and lists of numbers.
    return { value: value as z.ZodType<SweepValue>, number: value instanceof z.ZodNumber ? value : null };
  });
}

/** The rule in words; the scope's are the only schedules that files can hold. */
export function ruleOf({ name, rule, kind }: NamedOption): string {
  const words = rule.replace(" or a schedule", name === "scope" ? ` or ${scopeWords}` : "");
  return kind === "number" ? `a number ${words}` : words;
}

/** Only of letters, digits and dashes, such as `number-over-0-to-1`. */
function identityOf({ name, kind, min, minExcluded, max, maxExcluded, choices, nullable }: NamedOption): string {
  const parts = [
    kind,
    ...(choices ?? []),
    ...(min === null ? [] : [minExcluded ? "over" : "from", min]),
    ...(max === null ? [] : [maxExcluded ? "below" : "to", max]),
    ...(name === "scope" ? ["or-scope"] : []),
    ...(nullable ? ["or-null"] : []),
  ];
  return parts.join("-");
}

function once(
  id: string,
  rule: string,
  make: () => { value: z.ZodType<SweepValue>; number: z.ZodNumber | null },
): RuleSchemas {
  const before = made.get(id);
  if (before !== undefined) return before;
  const { value: unnamed, number } = make();
  const value = unnamed.meta({ id });
  const list = z.array(value).min(1);
  const parameter =
    number === null
      ? list
      : z.union([list, rangeOf(number)], { error: "must be a list of values, or { min, max } in a random search" });
  const schemas = { rule, value, parameter: parameter.meta({ id: `values-of-${id}` }) };
  made.set(id, schemas);
  return schemas;
}

function numberOf({ kind, min, minExcluded, max, maxExcluded }: NamedOption, must: { error: string }): z.ZodNumber {
  let number: z.ZodNumber = kind === "integer" ? z.int(must) : z.number(must);
  if (min !== null) number = minExcluded ? number.gt(min, must) : number.min(min, must);
  if (max !== null) number = maxExcluded ? number.lt(max, must) : number.max(max, must);
  return number;
}

const scale = z
  .enum(["linear", "log"])
  .default("linear")
  .meta({ id: "scale-of-range", description: "Uniform in the value, or in its logarithm." });
const integer = z
  .boolean()
  .default(false)
  .meta({ id: "integers-of-range", description: "Whether only whole numbers are drawn." });
const onlyIntegers = z
  .literal(true, { error: "must be true: only whole numbers are possible here" })
  .meta({ id: "only-integers-of-range", description: "Only whole numbers are possible here." });

function rangeOf(number: z.ZodNumber): z.ZodType<SweepRange> {
  return z.strictObject({
    min: number.describe("The smallest value."),
    max: number.describe("The largest value."),
    scale,
    integer: number instanceof z.ZodNumberFormat ? onlyIntegers : integer,
  });
}
