/** Values of options from text, as `--set name=value` and configuration files have them. */
import { detailsOf, geometricScope, type NamedOption, type Schedule } from "entropy-sgd";
import { InputError, shown } from "entropy-sgd-training";
import type { OptionValue } from "./recipes.ts";

const scopePattern = /^geometricScope\(\s*([^,\s]+)\s*,\s*([^,\s]+)\s*\)$/;

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
      if (spec.name === "scope" && scopePattern.test(text)) return scopeParts(text) === null ? refuse() : text;
      const value = Number(text);
      return text.trim() === "" || !Number.isFinite(value) ? refuse() : value;
    }
  }
}

function ruleOf({ name, rule }: NamedOption): string {
  return name === "scope" ? `${rule.replace("a schedule", "geometricScope(γ₀, γ₁)")}` : rule;
}

/** γ₀ and γ₁ of `geometricScope(γ₀, γ₁)`; null for anything else. */
function scopeParts(value: OptionValue): readonly [number, number] | null {
  const match = typeof value === "string" ? scopePattern.exec(value) : null;
  const [initial, growth] = [Number(match?.[1]), Number(match?.[2])];
  return Number.isFinite(initial) && Number.isFinite(growth) ? [initial, growth] : null;
}

/**
 * The scope as a number or schedule; γ₁ is rescaled so that γ ends where it does after `fullSteps` outer steps:
 * 1 + γ₁' = (1 + γ₁)^(fullSteps / outerSteps).
 *
 * @throws InputError for any other value
 */
export function scopeFrom(value: OptionValue, fullSteps: number, outerSteps: number): number | Schedule {
  if (typeof value === "number") return value;
  const parts = scopeParts(value);
  if (parts === null)
    throw new InputError({ name: "scope", rule: "must be a number or geometricScope(γ₀, γ₁)", value });
  const [initial, growth] = parts;
  try {
    return geometricScope(initial, (1 + growth) ** (fullSteps / outerSteps) - 1);
  } catch (error) {
    const { name, rule, value: number } = detailsOf(error) ?? {};
    throw new InputError({ name: "scope", rule: `${name} ${rule}`, value: number }, (error as Error).message);
  }
}
