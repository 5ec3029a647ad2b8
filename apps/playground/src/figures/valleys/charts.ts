/** The two panels of the figure, over the same x. */
import type { Chart, ChartPoints } from "../../ui/chart.ts";
import type { Snapshot } from "./balls.ts";
import { controlX, lossOfHeight, numPoints } from "./landscape.ts";
import type { Valleys } from "./valleysAt.ts";

const xs = Float64Array.from({ length: numPoints }, (_, i) => i);
const nothing = new Float64Array(numPoints).fill(Number.NaN);
const x = { label: "x", range: [0, numPoints - 1] } as const;

/** Colours: grey is the loss, orange SGD, blue all that is local entropy's. */
export const colors = { blue: 0, orange: 1, lightBlue: 5, grey: 8 } as const;
const { blue, orange, lightBlue, grey } = colors;

/** The points whose heights a drawing sets, and which of them the keyboard moves. */
export interface ControlPoints {
  readonly heights: Float64Array;
  readonly chosen: number;
}

/** f and −F with their minima, the balls on f, and while the reader draws the control points. */
export function landscapeChart(
  curves: Valleys | null,
  balls: Snapshot | null,
  controls: ControlPoints | null = null,
): Chart {
  return {
    title: "Loss and negative local entropy",
    x,
    y: { label: "loss", range: [-2.3, 0.3] },
    xs,
    lines: [
      { name: "loss f", color: grey, width: 2, ys: curves?.loss ?? nothing },
      { name: "−F", color: blue, width: 2.5, ys: curves?.smoothed ?? nothing },
    ],
    points: [
      ...(curves === null ? [] : minimaOf(curves)),
      ...(curves === null || balls === null ? [] : ballsOn(curves.loss, balls)),
      ...(controls === null ? [] : controlPoints(controls)),
    ],
  };
}

function minimaOf({ loss, smoothed, lowest, widest }: Valleys): ChartPoints[] {
  const mark = { symbol: "diamond", size: 7 } as const;
  return [
    { ...mark, name: "minimum of f", color: grey, xs: [lowest], ys: [loss[lowest]!] },
    { ...mark, name: "minimum of −F", color: blue, xs: [widest], ys: [smoothed[widest]!] },
  ];
}

function controlPoints({ heights, chosen }: ControlPoints): ChartPoints[] {
  const at = Array.from(heights, (_, i) => controlX(i));
  const ys = Array.from(heights, lossOfHeight);
  return [
    { name: "control points", color: grey, symbol: "square", size: 3, xs: at, ys },
    { name: "the chosen one", color: orange, symbol: "square", size: 6, xs: [at[chosen]!], ys: [ys[chosen]!] },
  ];
}

function ballsOn(loss: Float64Array, { sgd, entropy, mean, cloud }: Snapshot): ChartPoints[] {
  const on = (...at: readonly number[]) => ({ xs: at, ys: at.map((own) => heightOf(loss, own)) });
  return [
    { name: "inner points x'", color: lightBlue, size: 3.5, opacity: 0.45, ...on(...cloud) },
    { name: "their mean μ", color: lightBlue, symbol: "triangle", size: 6, ...on(mean) },
    { name: "SGD", color: orange, size: 9, ...on(sgd) },
    { name: "Entropy-SGD, x", color: blue, size: 9, ...on(entropy) },
  ];
}

/** The modified Gibbs density around the Entropy-SGD ball, the neighbourhood alone, and the inner points that should follow the density. */
export function densityChart(gamma: number, balls: Snapshot | null): Chart {
  const density = balls?.density ?? nothing;
  const top = balls === null ? 1 : roundedUp(1.05 * density.reduce((most, value) => Math.max(most, value), 0));
  const cloud = balls?.cloud ?? new Float64Array();
  return {
    title: "Modified Gibbs density around the ball",
    x,
    y: { label: "density", range: [0, top] },
    xs,
    lines: [
      {
        name: "neighbourhood",
        color: grey,
        width: 1.5,
        dash: [5, 4],
        ys: balls === null ? nothing : xs.map((at) => normal(at - balls.entropy, gamma)),
      },
      { name: "where x' should be", color: blue, fill: true, ys: density },
    ],
    points:
      balls === null
        ? []
        : [
            {
              name: "where x' was",
              color: lightBlue,
              size: 3,
              opacity: 0.7,
              xs: cloud,
              // Heights spread evenly below the density: points that follow it fill the area under it.
              ys: cloud.map((at, i) => ((0.618 * i) % 1) * heightOf(density, at)),
            },
            { name: "x", color: blue, size: 6, xs: [balls.entropy], ys: [0] },
          ],
  };
}

/** The value at the nearest point of the landscape. */
function heightOf(values: Float64Array, at: number): number {
  return values[Math.min(numPoints - 1, Math.max(0, Math.round(at)))]!;
}

/** The normal density of precision γ. */
function normal(distance: number, gamma: number): number {
  return Math.sqrt(gamma / (2 * Math.PI)) * Math.exp((-gamma / 2) * distance ** 2);
}

/** 1, 2 or 5 times a power of ten: a top of the axis that does not change at every frame. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((factor) => factor * power >= value) ?? 10);
}
