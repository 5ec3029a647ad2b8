/** Charts and readings of a replica's progress. */
import type { Chart } from "../ui/chart.ts";
import { shownNumber } from "../ui/numbers.ts";
import { innerSteps } from "./recipe.ts";
import type { Progress } from "./session.ts";

const gradients = { label: "gradient evaluations of this replica" };
const rangeOf = ({ totalGradients }: Progress): readonly [number, number] => [0, Math.max(innerSteps, totalGradients)];

/** The replica's own loss, a mean over each inner loop. */
export const lossChart = (now: Progress): Chart => ({
  title: "Loss of this replica on its mini-batches",
  x: { ...gradients, range: rangeOf(now) },
  y: { label: "loss (log)", scale: "log" },
  xs: now.losses.map((one) => one.gradients),
  lines: [{ name: "loss, mean between two exchanges", color: 0, ys: now.losses.map(({ batchLoss }) => batchLoss) }],
});

/** The test error of the mean X, which is the same for all replicas. */
export const errorChart = (now: Progress): Chart => ({
  title: "Test error of the mean of all replicas",
  x: { ...gradients, range: rangeOf(now) },
  y: { label: "test error, %" },
  xs: now.evaluations.map((one) => one.gradients),
  lines: [],
  points: [
    {
      name: "test error of the mean of all replicas, %",
      color: 1,
      xs: now.evaluations.map((one) => one.gradients),
      ys: now.evaluations.map(({ testError }) => 100 * (testError ?? Number.NaN)),
    },
  ],
});

/** How far the replica's average was from the mean of all, at each exchange. */
export const distanceChart = (now: Progress): Chart => ({
  title: "How far this replica is from the mean: ‖zᵃ − x‖",
  x: { ...gradients, range: rangeOf(now) },
  y: { label: "‖zᵃ − x‖" },
  xs: now.exchanges.map((_, i) => innerSteps * (i + 1)),
  lines: [{ name: "distance to the mean, ‖zᵃ − x‖", color: 2, ys: now.exchanges.map(({ distance }) => distance) }],
});

/** Rows of names and values. */
export function readings(now: Progress): readonly (readonly [name: string, value: string])[] {
  const { exchanges, started, losses, totalGradients, evaluations } = now;
  const last = exchanges.at(-1);
  const seconds = last === undefined || started === null ? 0 : (last.at - started) / 1000;
  const spent = exchanges.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const error = evaluations.at(-1)?.testError;
  const percent = (share: number, digits: number): string => `${(100 * share).toFixed(digits)}\u00a0%`;
  return [
    ["Gradients", `${shownNumber(losses.at(-1)?.gradients ?? 0)} of ${shownNumber(totalGradients)}`],
    ["Exchanges", shownNumber(exchanges.length)],
    ["Exchanges a second", seconds === 0 ? "–" : shownNumber(exchanges.length / seconds)],
    ["Time spent in exchanges", seconds === 0 ? "–" : `${shownNumber(spent)} s, ${percent(spent / seconds, 0)}`],
    ["Distance to the mean ‖zᵃ − x‖", last === undefined ? "–" : shownNumber(last.distance)],
    ["Test error of the mean", error === undefined || error === null ? "–" : percent(error, 2)],
  ];
}
