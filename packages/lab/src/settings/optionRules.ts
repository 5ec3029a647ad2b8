/** The names that a sweep may set or vary, and their rules, from the tables that check the options themselves. */
import { type NamedOption, type OptimizerName, optimizerOptions, presets } from "entropy-sgd";
import { z } from "zod";
import { acceptedBySet } from "./parseSet.ts";
import { rowOf, type SettingName, settingsWith } from "./settings.ts";
import { fieldSchemas, type RuleSchemas, ruleOf, schemasOf, wordSchemas } from "./valueSchemas.ts";

/** What one name may be, and what it means. */
export interface NameRule extends Pick<RuleSchemas, "value" | "parameter"> {
  readonly title: string;
  readonly description: string;
}

/** Names of the optimizers. */
export const optimizerNames: readonly string[] = Object.keys(optimizerOptions);

/** Names of the presets. */
export const presetNames: readonly string[] = Object.keys(presets);

/** Settings of the run that `set` takes. */
const setNames = settingsWith("set");

/** Settings that may differ between runs. */
const variedNames = settingsWith("vary");

/** Of those, the ones that are fields of a sweep's file instead of names in its `set`. */
export const fieldNames: readonly SettingName[] = variedNames.filter((name) => !setNames.includes(name));

/** Of all that may differ, the ones that every optimizer has. */
const variedRunNames = variedNames.filter((name) => name !== "optimizer" && name !== "preset");

/** Whether an optimizer, or any run, takes a name in a sweep. */
export function accepts(optimizer: string, name: string): boolean {
  if (name === "preset") return hasPresets(optimizer);
  return (variedRunNames as readonly string[]).includes(name) || acceptedBySet(optimizer).includes(name);
}

/** Whether an optimizer has presets. */
export function hasPresets(optimizer: string): boolean {
  return optimizer.startsWith("entropy-");
}

/** `sgd.learningRate` as optimizer and name; the optimizer is null for `learningRate`. */
export function partsOf(name: string): { readonly prefix: string | null; readonly base: string } {
  const dot = name.indexOf(".");
  return dot < 0 ? { prefix: null, base: name } : { prefix: name.slice(0, dot), base: name.slice(dot + 1) };
}

/** The rules of every name in `set`. */
export function setRules(): ReadonlyMap<string, NameRule> {
  return new Map([...optionRules(), ...fieldRules(setNames), ...prefixedRules()]);
}

/** The rules of every name in `parameters`. */
export function parameterRules(): ReadonlyMap<string, NameRule> {
  const optimizer = { ...wordSchemas("optimizer", optimizerNames), title: "optimizer" };
  return new Map([
    ["optimizer", { ...optimizer, description: rowOf("optimizer").doc }],
    presetRule(),
    ...optionRules(),
    ...fieldRules(variedRunNames),
    ...prefixedRules(),
  ]);
}

type Named = readonly [name: string, rule: NameRule];

/** Options of the optimizers; an option of several has one rule for all. */
function optionRules(): Named[] {
  const all = optimizerNames.flatMap((optimizer) => settable(optimizer).map((spec) => ({ optimizer, spec })));
  const names = [...new Set(all.map(({ spec }) => spec.name))];
  return names.map((title) => {
    const own = all.filter(({ spec }) => spec.name === title);
    const docs = [...new Set(own.map(({ spec }) => docOf(spec)))].map((doc) => {
      const having = own.filter(({ spec }) => docOf(spec) === doc).map(({ optimizer }) => optimizer);
      return `${having.join(", ")}: ${doc}`;
    });
    return [title, { title, description: docs.join("\n"), ...mergedSchemas(own.map(({ spec }) => schemasOf(spec))) }];
  });
}

/** Settings of runs. */
function fieldRules(names: readonly SettingName[]): Named[] {
  return names.map((title) => [title, { title, description: rowOf(title).doc, ...fieldSchemas(title) }]);
}

function presetRule(): Named {
  return ["preset", { title: "preset", description: rowOf("preset").doc, ...wordSchemas("preset", presetNames) }];
}

/** Everything that may differ between optimizers, under the name of each. */
function prefixedRules(): Named[] {
  return optimizerNames.flatMap((optimizer) => {
    const options = settable(optimizer).map((spec): Named => {
      return [spec.name, { title: spec.name, description: docOf(spec), ...schemasOf(spec) }];
    });
    const preset = hasPresets(optimizer) ? [presetRule()] : [];
    return [...options, ...preset, ...fieldRules(variedRunNames)].map(([name, rule]): Named => {
      const title = `${optimizer}.${name}`;
      return [title, { ...rule, title, description: `For ${optimizer} only: ${rule.description}` }];
    });
  });
}

function settable(optimizer: string): NamedOption[] {
  return optimizerOptions[optimizer as OptimizerName].filter(({ name }) => accepts(optimizer, name));
}

/** A value must be right for one of the optimizers; that it is for its own is checked with its settings. */
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
