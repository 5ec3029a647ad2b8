/** Particles and their histogram against the Gibbs density, as a chart. */
import type { DoubleWell } from "entropy-sgd/planted";
import { gridDensity } from "entropy-sgd/sampling";
import type { Chart } from "../../ui/chart.ts";
import { bins } from "./bins.ts";

/** No mass to speak of lies beyond, at any temperature of the figure. */
const grid = { low: -3, high: 3, numPoints: 1201 } as const;
/** Points of the chart in each bin. */
const perBin = 4;
const xs = Float64Array.from({ length: perBin * bins.count + 1 }, (_, i) => bins.low + (i * bins.width) / perBin);
/** Every fifth point of the grid is one of the chart. */
const [first, every] = [100, 5];

/** exp(−βU), normalised, with its mass in the well of the global minimum. */
export interface Gibbs {
  /** On the chart's points. */
  readonly density: Float64Array;
  readonly mass: number;
}

/** Exact, by quadrature. */
export function gibbsOf(well: DoubleWell, temperature: number): Gibbs {
  const { values, massBelow } = gridDensity((x) => -well.energy(x) / temperature, grid);
  return { density: xs.map((_, i) => values[first + every * i]!), mass: massBelow(well.barrier) };
}

/** What a chart shows. */
export interface Shown {
  readonly title: string;
  readonly well: DoubleWell;
  readonly gibbs: Gibbs;
  /** What the Gibbs density is of. */
  readonly gibbsName: string;
  /** Particles in each bin; null before the first. */
  readonly counts: Float64Array | null;
  readonly positions: ArrayLike<number>;
  /** Top of the axis. */
  readonly top: number;
}

/** The potential is scaled into the frame: 0.85 of its height at four times the barrier. */
export function densityChart({ title, well, gibbs, gibbsName, counts, positions, top }: Shown): Chart {
  const floor = Math.min(...Array.from(xs, well.energy));
  const scale = (0.25 * top) / (well.energy(well.barrier) - floor);
  const height = (x: number): number => 0.04 * top + scale * (well.energy(x) - floor);
  const total = counts?.reduce((sum, count) => sum + count, 0) ?? 0;
  const bar = (i: number): number => counts![Math.min(bins.count - 1, Math.floor(i / perBin))]!;
  return {
    title,
    x: { label: "x", range: [bins.low, bins.high] },
    y: { label: "density", range: [0, top] },
    xs,
    lines: [
      {
        name: "histogram",
        color: 5,
        width: 1.5,
        fill: true,
        ys: xs.map((_, i) => (total === 0 ? Number.NaN : bar(i) / (total * bins.width))),
      },
      { name: gibbsName, color: 1, width: 2.5, ys: gibbs.density },
      {
        name: "U(x), scaled",
        color: 8,
        width: 1.5,
        dash: [5, 4],
        ys: xs.map((x) => (height(x) <= top ? height(x) : Number.NaN)),
      },
    ],
    points: [{ name: "particles", color: 0, size: 4, opacity: 0.35, xs: positions, ys: Array.from(positions, height) }],
  };
}
