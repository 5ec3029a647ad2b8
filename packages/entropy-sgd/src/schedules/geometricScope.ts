/**
 * Scoping: the schedule of γ in the paper.
 */
import { checkedOptions, numberOption } from "../options.ts";
import type { Schedule } from "../types.ts";
import { described } from "./describedSchedule.ts";

/**
 * t ↦ γ₀(1 + γ₁)^t, at the t-th outer step.
 *
 * Unit: loss per squared weight. With `scopeStart: 0` the first outer step has γ₀, with 1 it has γ₀(1 + γ₁).
 *
 * @throws RangeError or TypeError unless `initial` ≥ 0 and `growth` > −1 are finite
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), section 4.3, "Scoping of γ"
 * @example
 * ```ts
 * import { geometricScope } from "entropy-sgd";
 * const scope = geometricScope(2, 0.5);
 * [scope(0), scope(1), scope(2)]; // => [2, 3, 4.5]
 * ```
 */
export function geometricScope(initial: number, growth: number): Schedule {
  const table = {
    initial: numberOption("[0, ∞)"),
    growth: numberOption("(-1, ∞)"),
  };
  checkedOptions("geometricScope", table, {}, { initial, growth });
  return described("geometricScope", [initial, growth], (step) => initial * (1 + growth) ** step);
}
