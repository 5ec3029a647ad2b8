/** The names that a sweep may set or vary, and their rules, from the tables that check the options themselves. */
import { type NamedOption, type OptimizerName, optimizerNames, optimizersByName } from "entropy-sgd";
import { z } from "zod";
import { acceptedBySet } from "./parseSet.ts";
import { presetNames, presetsOf } from "./presets.ts";
import { rowOf, type SettingName, settingsWith } from "./settings.ts";
import { fieldSchemas, type RuleSchemas, ruleOf, schemasOf, wordSchemas } from "./valueSchemas.ts";

/** The rule and meaning of a name; names with the same rule and meaning share it. */
export type NameRule = Pick<RuleSchemas, "value" | "parameter">;

/** Settings of the run that `set` takes. */
const setNames = settingsWith("set");

/** Settings that may differ between runs of any optimizer. */
const variedRunNames = settingsWith("vary").filter((name) => name !== "optimizer" && name !== "preset");

/** Whether a name in a sweep is an option of an optimizer or a setting of any run. */
export function accepts(optimizer: string, name: string): boolean {
  if (name === "preset") return presetsOf(optimizer) !== null;
  return (variedRunNames as readonly string[]).includes(name) || acceptedBySet(optimizer).includes(name);
}

/** `sgd.learningRate` as optimizer and name; the optimizer is null for `learningRate`. */
export function partsOf(name: string): { readonly prefix: string | null; readonly base: string } {
  const dot = name.indexOf(".");
  return dot < 0 ? { prefix: null, base: name } : { prefix: name.slice(0, dot), base: name.slice(dot + 1) };
}

/** The rules of every name in `set`, and of every name in `parameters`. */
interface NameRules {
  readonly set: ReadonlyMap<string, NameRule>;
  readonly parameters: ReadonlyMap<string, NameRule>;
}

let made: NameRules | undefined;

/** The rules, made at first use. */
export function nameRules(): NameRules {
  made ??= madeRules();
  return made;
}

type Named = readonly [name: string, rule: NameRule];

function madeRules(): NameRules {
  const ofSettings = new Map(
    [...setNames, ...variedRunNames].map((name) => [name, described(name, rowOf(name).doc, fieldSchemas(name))]),
  );
  const named = (names: readonly SettingName[]): Named[] => names.map((name) => [name, ofSettings.get(name)!]);
  const words = (name: SettingName, choices: readonly string[]): Named => {
    return [name, described(name, rowOf(name).doc, wordSchemas(`any-${name}`, choices))];
  };
  const preset = words("preset", presetNames);
  const { shared, own } = optionsByName();
  const prefixed = optimizerNames.flatMap((optimizer) =>
    [...own(optimizer), ...(presetsOf(optimizer) !== null ? [preset] : []), ...named(variedRunNames)].map(
      ([name, rule]): Named => [`${optimizer}.${name}`, rule],
    ),
  );
  return {
    set: new Map([...shared, ...named(setNames), ...prefixed]),
    parameters: new Map([words("optimizer", optimizerNames), preset, ...shared, ...named(variedRunNames), ...prefixed]),
  };
}

/** The schemas of a rule as a definition of its own in JSON Schemas, with its meaning. */
function described(id: string, description: string, { value, parameter }: NameRule): NameRule {
  return { value: value.meta({ id, description }), parameter: parameter.meta({ id: `${id}.values`, description }) };
}

/** The options of each optimizer, and for each name a union over the optimizers that have it. */
function optionsByName(): { readonly shared: readonly Named[]; readonly own: (optimizer: string) => Named[] } {
  const all = optimizerNames.flatMap((optimizer) => settable(optimizer).map((spec) => ({ optimizer, spec })));
  const names = [...new Set(all.map(({ spec }) => spec.name))];
  const rules = new Map<string, NameRule>();
  const shared = names.map((name): Named => {
    const having = all.filter(({ spec }) => spec.name === name);
    const docs = [...new Set(having.map(({ spec }) => docOf(spec)))].map((doc) => {
      const alike = having.filter(({ spec }) => docOf(spec) === doc);
      const optimizers = alike.map(({ optimizer }) => optimizer);
      const description = `${optimizers.join(", ")}: ${doc}`;
      const rule = described(`${optimizers[0]}.${name}`, description, schemasOf(alike[0]!.spec));
      for (const optimizer of optimizers) rules.set(`${optimizer}.${name}`, rule);
      return { description, rule };
    });
    if (docs.length === 1) return [name, docs[0]!.rule];
    const description = docs.map((doc) => doc.description).join("\n");
    return [name, described(name, description, mergedSchemas(having.map(({ spec }) => schemasOf(spec))))];
  });
  const own = (optimizer: string): Named[] =>
    settable(optimizer).map(({ name }) => [name, rules.get(`${optimizer}.${name}`)!]);
  return { shared, own };
}

function settable(optimizer: string): NamedOption[] {
  return optimizersByName[optimizer as OptimizerName].options.filter(({ name }) => accepts(optimizer, name));
}

/** A value must be valid for one of the optimizers; the check against its own follows with the run's settings. */
function mergedSchemas(all: readonly RuleSchemas[]): Pick<RuleSchemas, "value" | "parameter"> {
  const distinct = [...new Set(all)];
  const [only, ...others] = distinct;
  if (only !== undefined && others.length === 0) return only;
  const error = `must be ${distinct.map(({ rule }) => rule).join(", or ")}`;
  return {
    value: z.union(
      distinct.map(({ value }) => value),
      { error },
    ),
    parameter: z.union(
      distinct.map(({ parameter }) => parameter),
      { error: `must be a list of values; a value ${error}` },
    ),
  };
}

function docOf(spec: NamedOption): string {
  const usual = spec.default === null || spec.required ? "" : ` The library's default is ${spec.default}.`;
  return `${spec.doc} Must be ${ruleOf(spec)}.${usual}`;
}
