/**
 * Learning-rate schedules as functions of a step t.
 *
 * Which step is counted is the caller's: optimizers without an inner loop count gradients, Entropy-SGD counts outer
 * steps. To follow the fraction of a budget instead, close over its length: `(t) => schedule(t / total)`; every schedule
 * takes fractional steps.
 */
import { rangeError } from "../errors.ts";
import { checkedOptions, numberOption, type OptionSpec } from "../options.ts";
import { shown } from "../shown.ts";
import type { ScalarOrSchedule, Schedule } from "../types.ts";
import { described } from "./describedSchedule.ts";
import { scheduledValue } from "./scheduledValue.ts";

const initial = numberOption("[0, ∞)");
const final = numberOption("[0, ∞)");
const steps = numberOption("(0, ∞)");
const factor = numberOption("[0, ∞)");

/**
 * t ↦ value.
 *
 * @throws RangeError or TypeError unless `value` is finite and not negative
 */
export function constantSchedule(value: number): Schedule {
  checkedOptions("constantSchedule", { value: initial }, {}, { value });
  return described("constantSchedule", [value], () => value);
}

/** Arguments of `stepSchedule`. */
export interface StepScheduleOptions {
  readonly initial: number;
  readonly factor: number;
  /** Ascending steps at which the value is multiplied by `factor`, from that step on. */
  readonly at: readonly number[];
}

/**
 * t ↦ initial·factor^k, where k counts the entries of `at` that are ≤ t.
 *
 * @throws RangeError or TypeError for a bad argument
 * @example
 * ```ts
 * import { stepSchedule } from "entropy-sgd";
 * const rate = stepSchedule({ initial: 1, factor: 0.5, at: [10, 20] });
 * [rate(9), rate(10), rate(25)]; // => [1, 0.5, 0.25]
 * ```
 */
export function stepSchedule(options: StepScheduleOptions): Schedule {
  const { at, ...numbers } = options;
  checkedOptions("stepSchedule", { initial, factor }, {}, numbers);
  const ascending =
    Array.isArray(at) && at.every((step, index) => Number.isFinite(step) && step >= (at[index - 1] ?? 0));
  if (!ascending) {
    const got = Array.isArray(at) ? `[${at.map(shown).join(", ")}]` : shown(at);
    throw rangeError("stepSchedule", "at", "must be an ascending array of finite steps ≥ 0", at, got);
  }
  const points = [...at];
  return described(
    "stepSchedule",
    [{ ...numbers, at: points }],
    (step) => numbers.initial * numbers.factor ** points.filter((point) => point <= step).length,
  );
}

/**
 * t ↦ initial·factor^t.
 *
 * @throws RangeError or TypeError for a bad argument
 * @example
 * ```ts
 * import { exponentialSchedule } from "entropy-sgd";
 * exponentialSchedule({ initial: 8, factor: 0.5 })(3); // => 1
 * ```
 */
export function exponentialSchedule(options: { readonly initial: number; readonly factor: number }): Schedule {
  const checked = checkedOptions("exponentialSchedule", { initial, factor }, {}, options);
  return described("exponentialSchedule", [checked], (step) => checked.initial * checked.factor ** step);
}

/** Arguments of `polynomialSchedule`. */
export interface PolynomialScheduleOptions {
  readonly initial: number;
  /** Default 0. */
  readonly final?: number;
  readonly steps: number;
  /** Default 1: linear. */
  readonly power?: number;
}

/**
 * t ↦ final + (initial − final)·(1 − min(t, steps)/steps)^power.
 *
 * @throws RangeError or TypeError for a bad argument
 * @example
 * ```ts
 * import { polynomialSchedule } from "entropy-sgd";
 * const rate = polynomialSchedule({ initial: 1, steps: 10, power: 2 });
 * [rate(0), rate(5), rate(10), rate(99)]; // => [1, 0.25, 0, 0]
 * ```
 */
export function polynomialSchedule(options: PolynomialScheduleOptions): Schedule {
  const power = numberOption("(0, ∞)");
  const checked = checkedOptions(
    "polynomialSchedule",
    { initial, final, steps, power },
    { final: 0, power: 1 },
    options,
  );
  return described("polynomialSchedule", [checked], (step) => {
    const remaining = 1 - Math.min(step, checked.steps) / checked.steps;
    return checked.final + (checked.initial - checked.final) * remaining ** checked.power;
  });
}

/** Arguments of `cosineSchedule`. */
export interface CosineScheduleOptions {
  readonly initial: number;
  /** Default 0. */
  readonly final?: number;
  readonly steps: number;
}

/**
 * t ↦ final + ½(initial − final)(1 + cos(π·min(t, steps)/steps)).
 *
 * @throws RangeError or TypeError for a bad argument
 * @see Loshchilov, Hutter 2017, "SGDR" (arXiv:1608.03983), equation 5, without restarts
 * @example
 * ```ts
 * import { cosineSchedule } from "entropy-sgd";
 * const rate = cosineSchedule({ initial: 1, steps: 10 });
 * [rate(0), rate(5).toFixed(6), rate(10), rate(99)]; // => [1, "0.500000", 0, 0]
 * ```
 */
export function cosineSchedule(options: CosineScheduleOptions): Schedule {
  const checked = checkedOptions("cosineSchedule", { initial, final, steps }, { final: 0 }, options);
  return described("cosineSchedule", [checked], (step) => {
    const angle = (Math.PI * Math.min(step, checked.steps)) / checked.steps;
    return checked.final + 0.5 * (checked.initial - checked.final) * (1 + Math.cos(angle));
  });
}

/** Arguments of `annealedSchedule`. */
export interface AnnealedScheduleOptions {
  /** A constant or a schedule that is annealed on top. */
  readonly initial: ScalarOrSchedule;
  readonly exponent: number;
  /** Steps per unit of time. Default 1. */
  readonly period?: number;
}

const annealedTable: Readonly<Record<keyof AnnealedScheduleOptions, OptionSpec>> = {
  initial: numberOption("[0, ∞)", "", { schedule: true }),
  exponent: numberOption("[0, ∞)"),
  period: numberOption("(0, ∞)"),
};

/**
 * t ↦ initial·(1 + t/period)^−exponent, the polynomial annealing of SGLD.
 *
 * @throws RangeError or TypeError for a bad argument
 * @see Welling, Teh 2011, section 4 (εₜ = a(b + t)^−γ)
 * @example
 * ```ts
 * import { annealedSchedule } from "entropy-sgd";
 * annealedSchedule({ initial: 1, exponent: 0.5, period: 10 })(30); // => 0.5
 * ```
 */
export function annealedSchedule(options: AnnealedScheduleOptions): Schedule {
  const checked = checkedOptions("annealedSchedule", annealedTable, { period: 1 }, options);
  return described(
    "annealedSchedule",
    [{ ...checked, initial: options.initial }],
    (step) => scheduledValue(checked.initial, step) * (1 + step / checked.period) ** -checked.exponent,
  );
}
