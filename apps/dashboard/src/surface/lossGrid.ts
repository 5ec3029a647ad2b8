/** The loss on a grid of points, from the JSON that `entropy-sgd slice` writes. */

/** A solution on the first axis. */
export interface Solution {
  readonly x: number;
  readonly name: string;
}

/** Losses on a grid; ascending coordinates. */
export interface LossGrid {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** losses[j][i] at (xs[i], ys[j]); null where the loss is not finite. */
  readonly losses: readonly (readonly (number | null)[])[];
  /** Lowest and highest finite loss. */
  readonly range: readonly [number, number];
  readonly solutions: readonly Solution[];
  readonly xLabel: string;
  readonly yLabel: string;
}

/**
 * The surface of a measurement; null where there is none, as in one that was interrupted. The file is untrusted: what has another form
 * gives null too.
 */
export function lossGrid(measurement: unknown): LossGrid | null {
  if (!isRecord(measurement) || !Array.isArray(measurement.surface)) return null;
  const points = measurement.surface.filter(
    (point): point is { x: number; y: number; loss: unknown } =>
      isRecord(point) && Number.isFinite(point.x) && Number.isFinite(point.y),
  );
  const xs = ascending(points.map(({ x }) => x));
  const ys = ascending(points.map(({ y }) => y));
  if (xs.length < 2 || ys.length < 2 || xs.length * ys.length !== points.length) return null;
  const found = new Map(points.map(({ x, y, loss }) => [`${x} ${y}`, loss]));
  const losses = ys.map((y) => xs.map((x) => finite(found.get(`${x} ${y}`))));
  const all = losses.flat().filter((loss) => loss !== null);
  if (all.length === 0) return null;
  const settings = isRecord(measurement.settings) ? measurement.settings : {};
  const isPair = typeof settings.second === "string" && settings.second !== "none";
  const solutions = [
    { x: 0, name: String(settings.first ?? "the run") },
    ...(isPair ? [{ x: 1, name: String(settings.second) }] : []),
  ];
  return {
    xs,
    ys,
    losses,
    range: [Math.min(...all), Math.max(...all)],
    solutions,
    xLabel: isPair ? "from one run to the other" : "first direction, × filter norm",
    yLabel: "second direction, × filter norm",
  };
}

/** The height of a loss between 0 and 1; on a logarithmic scale where all losses are positive. */
export function heightOf({ range: [low, high] }: LossGrid, isLog: boolean): (loss: number) => number {
  if (high <= low) return () => 0.5;
  if (!isLog || low <= 0) return (loss) => (loss - low) / (high - low);
  const length = Math.log(high / low);
  return (loss) => Math.log(loss / low) / length;
}

/** The loss at a height between 0 and 1: the inverse of `heightOf`. */
export function lossAt({ range: [low, high] }: LossGrid, isLog: boolean): (height: number) => number {
  return (height) => (isLog && low > 0 ? low * (high / low) ** height : low + height * (high - low));
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
