/** Values of options from text, as `--set name=value` and configuration files have them. */
import type { NamedOption } from "entropy-sgd";
import { InputError, shown } from "entropy-sgd-training";
import type { OptionValue } from "./recipes.ts";
import { isScopeText, scopePattern, scopeWords } from "./scopeText.ts";

/** The error that a value of `--set` breaks a rule. */
export function setError(name: string, rule: string, value: string): InputError {
  return new InputError({ name, rule, value }, `--set ${name}: ${rule}, got ${shown(value)}`);
}

/**
 * The value of an option from its text.
 *
 * @throws InputError if the text is not of the option's kind; ranges are checked by the optimizer's factory
 */
export function parseOption(spec: NamedOption, text: string): OptionValue {
  const refuse = (): never => {
    throw setError(spec.name, `must be ${ruleOf(spec)}`, text);
  };
  if (text === "null") return spec.nullable ? null : refuse();
  switch (spec.kind) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : refuse();
    case "choice":
      return spec.choices?.includes(text) ? text : refuse();
    default: {
      if (spec.name === "scope" && scopePattern.test(text)) return isScopeText(text) ? text : refuse();
      const value = Number(text);
      return text.trim() === "" || !Number.isFinite(value) ? refuse() : value;
    }
  }
}

function ruleOf({ name, rule }: NamedOption): string {
  return name === "scope" ? rule.replace("a schedule", scopeWords) : rule;
}
