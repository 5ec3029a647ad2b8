/** The figure's curves as charts. */
import type { Chart, ChartLine } from "../../ui/chart.ts";
import type { Evaluated } from "./runs.ts";
import { type OptimizerName, optimizerTitles } from "./setUp.ts";

/** Colours of the optimizers, the same in every part. */
export const optimizerColors: Readonly<Record<OptimizerName, number>> = { sgd: 1, "entropy-sgd": 0, sam: 2, adam: 3 };

/** Mean and sample standard deviation; a deviation of 0 for one value. */
export function spreadOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/** A curve of means over repetitions with a band of one standard deviation. */
export function meanLine(
  repetitions: readonly ArrayLike<number>[],
  line: Pick<ChartLine, "name" | "color"> & Partial<ChartLine>,
): ChartLine {
  const spreads = Array.from(repetitions[0] ?? [], (_, i) => spreadOf(repetitions.map((values) => values[i]!)));
  const ys = Float64Array.from(spreads, ({ mean }) => mean);
  const at = (sign: number): Float64Array =>
    Float64Array.from(spreads, ({ mean, deviation }) => mean + sign * deviation);
  return { ...line, ys, ...(repetitions.length > 1 && { band: { low: at(-1), high: at(1) } }) };
}

/** Mean loss on training and held-out examples against gradient evaluations; the dashed ones are held out. */
export function lossChart(evaluated: readonly Evaluated[], optimizers: readonly OptimizerName[], total: number): Chart {
  const xs = [...new Set(evaluated.map(({ gradients }) => gradients))].sort((a, b) => a - b);
  const lines = optimizers.flatMap((optimizer) => {
    const own = evaluated.filter((point) => point.optimizer === optimizer);
    const seeds = [...new Set(own.map(({ seed }) => seed))];
    const curvesOf = (key: "trainLoss" | "testLoss"): number[][] =>
      seeds.map((seed) => {
        const curve = new Map(own.filter((point) => point.seed === seed).map((point) => [point.gradients, point[key]]));
        return xs.map((x) => curve.get(x) ?? Number.NaN);
      });
    const [name, color] = [optimizerTitles[optimizer], optimizerColors[optimizer]];
    return [
      meanLine(curvesOf("trainLoss"), { name: `${name}, training`, color }),
      meanLine(curvesOf("testLoss"), { name: `${name}, held out`, color, dash: [6, 4] }),
    ];
  });
  return {
    title: "Loss of the networks: mean over seeds, bands of one standard deviation",
    x: { label: "gradient evaluations", range: [0, total] },
    y: { label: "loss" },
    xs,
    lines,
  };
}
