/** What a claim's figure shows: what was published, what was measured, a chart, tables, and where the numbers come from. */
import type { Chart } from "../../ui/chart.ts";
import type { Intervals } from "../../ui/intervals.ts";
import type { Source, Spread } from "./findings.ts";

/** A table of the page. */
export interface ShownTable {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A claim with its evidence. */
export interface ClaimView {
  /** What the paper says, and where. */
  readonly published: string;
  /** What our measurement shows. */
  readonly measured: string;
  /** In how far that supports the claim. */
  readonly verdict: string;
  readonly chart: Intervals | Chart;
  /** What is drawn. */
  readonly caption: string;
  readonly tables: readonly ShownTable[];
  readonly sources: readonly Source[];
}

/** A fraction in per cent, to a hundredth. */
export const percent = (fraction: number, digits = 2): string => (100 * fraction).toFixed(digits).replace("-", "−");

/** Mean ± sample standard deviation, fractions in per cent. */
export const percents = ({ mean, sd }: Spread): string => `${percent(mean)} ± ${percent(sd)}`;

/** A row of intervals: mean and one standard deviation on both sides, in per cent. */
export function percentInterval({ mean, sd }: Pick<Spread, "mean" | "sd">) {
  return { value: 100 * mean, low: 100 * (mean - sd), high: 100 * (mean + sd) };
}

/** Names for readers. */
export const optimizerNames: Readonly<Record<string, string>> = {
  "entropy-sgd": "Entropy-SGD",
  "entropy-adam": "Entropy-Adam",
  sgd: "SGD",
  adam: "Adam",
  adamw: "AdamW",
  sgld: "SGLD",
  sam: "SAM",
  swa: "SWA",
  control: "control: neither scope nor noise",
};

/** The colour of an optimizer, the same in all figures. */
export function colorOf(optimizer: string): number {
  return (
    { "entropy-sgd": 0, "Entropy-SGD": 0, sgd: 1, SGD: 1, adam: 3, Adam: 3, sgld: 4, SGLD: 4, control: 2 }[optimizer] ??
    7
  );
}
