/** Scopes as `--set` and files write them: a call of one of a few schedules with two numbers. */
import { detailsOf, distanceScope, geometricScope, type MeasuredSchedule, type Schedule } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import type { OptionValue } from "./recipes.ts";

/** How long a run is, for schedules that follow it. */
export interface ScopeSpan {
  /** Outer steps of the recipe's published experiment. */
  readonly fullSteps: number;
  /** Outer steps of the run. */
  readonly outerSteps: number;
}

/** A schedule of the scope by its name. */
interface ScopeForm {
  /** Its two numbers, in words. */
  readonly numbers: string;
  make(first: number, second: number, span: ScopeSpan): Schedule | MeasuredSchedule;
}

/** The schedules. */
const forms: Readonly<Record<string, ScopeForm>> = {
  /** γ₁ is rescaled so that γ ends where the recipe's does: 1 + γ₁' = (1 + γ₁)^(fullSteps / outerSteps). */
  geometricScope: {
    numbers: "γ₀, γ₁",
    make: (initial, growth, { fullSteps, outerSteps }) =>
      geometricScope(initial, (1 + growth) ** (fullSteps / outerSteps) - 1),
  },
  /** γ grows by the factor, at equal ratios, from the first outer step to the last of the run (Pittorino et al. 2021). */
  focusingScope: {
    numbers: "γ₀, factor",
    make: (initial, factor, { outerSteps }) =>
      geometricScope(initial, factor ** (1 / Math.max(1, Math.ceil(outerSteps) - 1)) - 1),
  },
  distanceScope: { numbers: "share, γ₀", make: distanceScope },
};

/** What the text of a schedule is like. */
export const scopePattern: RegExp = new RegExp(
  `^(${Object.keys(forms).join("|")})\\(\\s*([^,\\s]+)\\s*,\\s*([^,\\s]+)\\s*\\)$`,
);

/** The schedules in words, for rules: `geometricScope(γ₀, γ₁), … or …`. */
export const scopeWords: string = Object.entries(forms)
  .map(([name, { numbers }]) => `${name}(${numbers})`)
  .join(", ")
  .replace(/, (?=[a-zA-Z]+\([^()]*\)$)/, " or ");

/** The parts of a schedule's text; null for anything else. */
function scopeParts(value: OptionValue): readonly [ScopeForm, number, number] | null {
  const [, name, first, second] = (typeof value === "string" ? scopePattern.exec(value) : null) ?? [];
  const form = forms[name ?? ""];
  const numbers = [Number(first), Number(second)] as const;
  return form === undefined || !numbers.every(Number.isFinite) ? null : [form, ...numbers];
}

/** Whether a text is a schedule with two numbers, which may still be out of range. */
export function isScopeText(text: string): boolean {
  return scopeParts(text) !== null;
}

/**
 * The scope as a number or schedule of a run.
 *
 * @throws InputError for any other value
 */
export function scopeFrom(value: OptionValue, span: ScopeSpan): number | Schedule | MeasuredSchedule {
  if (typeof value === "number") return value;
  const parts = scopeParts(value);
  if (parts === null) throw new InputError({ name: "scope", rule: `must be a number or ${scopeWords}`, value });
  const [form, first, second] = parts;
  try {
    return form.make(first, second, span);
  } catch (error) {
    const { name, rule, value: number } = detailsOf(error) ?? {};
    throw new InputError({ name: "scope", rule: `${name} ${rule}`, value: number }, (error as Error).message);
  }
}
