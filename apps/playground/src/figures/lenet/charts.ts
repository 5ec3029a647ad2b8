/** The figure's charts and readings, from its runs. */
import type { Chart, ChartLine } from "../../ui/chart.ts";
import { shownNumber } from "../../ui/numbers.ts";
import { estimatedSeconds } from "./estimate.ts";
import { innerSteps, type OptimizerName } from "./recipe.ts";
import { type Run, runningMeans, shownNames } from "./run.ts";

const colors: Readonly<Record<OptimizerName, number>> = { "entropy-sgd": 0, sgd: 1 };

/** Values over the gradients of the longest run, with a gap where a run has none yet. */
function padded(values: ArrayLike<number>, length: number): Float64Array {
  const all = new Float64Array(length).fill(Number.NaN);
  all.set(Array.from(values).slice(0, length));
  return all;
}

/** Loss over gradients: of each mini-batch, and the mean of the last 20. */
export function lossChart(runs: readonly Run[]): Chart {
  const length = Math.max(2, ...runs.map(({ totalGradients }) => totalGradients));
  const lines = runs.flatMap(({ settings: { optimizer }, losses }): ChartLine[] => [
    { name: `${shownNames[optimizer]}, each batch`, color: colors[optimizer], width: 0.5, ys: padded(losses, length) },
    {
      name: shownNames[optimizer],
      color: colors[optimizer],
      width: 2.5,
      ys: padded(runningMeans(losses, innerSteps), length),
    },
  ]);
  return {
    title: "Loss on mini-batches, LeNet on MNIST",
    x: { label: "gradient evaluations", range: [0, length] },
    y: { label: "loss (log)", scale: "log" },
    xs: Float64Array.from({ length }, (_, i) => i + 1),
    lines,
  };
}

/** How far the inner loop of Entropy-SGD went from its weights, at each outer step; without a curve before the first. */
export function distanceChart(runs: readonly Run[]): Chart {
  const run = runs.find(({ settings }) => settings.optimizer === "entropy-sgd");
  const outer = run?.outer ?? [];
  const distances = outer.map(({ distance }) => distance ?? Number.NaN);
  return {
    title: "How far the inner loop goes: ‖x′ − x‖",
    x: { label: "gradient evaluations", range: [0, Math.max(2, run?.totalGradients ?? 0)] },
    y: { label: "‖x′ − x‖" },
    xs: outer.map(({ gradients }) => gradients),
    lines: [{ name: "‖x′ − x‖", color: colors["entropy-sgd"], ys: distances }],
  };
}

/** Rows of words and values, one column for each run. */
export function readings(runs: readonly Run[]): readonly (readonly [name: string, values: readonly string[]])[] {
  const row = (name: string, value: (run: Run) => string) => [name, runs.map(value)] as const;
  return [
    row(
      "Gradient evaluations",
      ({ losses, totalGradients }) => `${shownNumber(losses.length)} of ${shownNumber(totalGradients)}`,
    ),
    row("Loss, mean of the last 20", ({ losses }) => shown(runningMeans(losses, innerSteps).at(-1))),
    row("Test error", ({ evaluations }) => percent(evaluations.at(-1)?.testError)),
    row("Gradients a second", ({ msPerGradient }) => shown(msPerGradient === null ? undefined : 1000 / msPerGradient)),
    row("Time left", timeLeft),
    row("Scope γ", ({ outer }) => shown(outer.at(-1)?.scope)),
    row("‖x′ − x‖", ({ outer }) => shown(outer.at(-1)?.distance)),
  ];
}

function timeLeft({ settings, losses, evaluations, msPerGradient, result }: Run): string {
  if (result !== null) return result.interrupted ? "stopped" : `took ${inWords(result.seconds)}`;
  if (msPerGradient === null) return "–";
  return `about ${inWords(estimatedSeconds(settings, msPerGradient, losses.length, evaluations.length))}`;
}

const shown = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : shownNumber(value);

/** A fraction in per cent, to a hundredth: an image of 10,000. */
export const percent = (fraction: number | null | undefined): string =>
  fraction === null || fraction === undefined ? "–" : `${(100 * fraction).toFixed(2)}\u00a0%`;

/** Seconds in words. */
export function inWords(seconds: number): string {
  if (seconds < 1) return "under a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Bytes as megabytes (10⁶). */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)}\u00a0MB`;
