/** What a chart shows, for the canvas on the page and for the exported file alike. */

/** One of the colours of the page, by number: `--series-0` and so on. */
export type SeriesColor = number;

/** An axis. */
export interface ChartAxis {
  readonly label: string;
  readonly scale?: "linear" | "log";
  /** What is shown; all values, with some room, when absent. */
  readonly range?: readonly [number, number];
}

/** A curve over the shared x. */
export interface ChartLine {
  readonly name: string;
  readonly color: SeriesColor;
  readonly dash?: readonly number[];
  readonly width?: number;
  /** Where it is not finite, the curve has a gap. */
  readonly ys: ArrayLike<number>;
  /** A band around the curve, of the same length. */
  readonly band?: { readonly low: ArrayLike<number>; readonly high: ArrayLike<number> };
  /** Whether the area down to the axis is filled. */
  readonly fill?: boolean;
}

/** Points, drawn over the curves. */
export interface ChartPoints {
  readonly name: string;
  readonly color: SeriesColor;
  readonly symbol?: "circle" | "square" | "triangle" | "diamond";
  /** Radius in pixels. */
  readonly size?: number;
  /** From 0 to 1. */
  readonly opacity?: number;
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
}

/** A chart. */
export interface Chart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** Ascending. */
  readonly xs: ArrayLike<number>;
  readonly lines: readonly ChartLine[];
  readonly points?: readonly ChartPoints[];
}

/** A table behind a figure, for its CSV. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly (number | string)[]>;
}

/** The curves of charts over the same x as a table: x and one column per curve. */
export function tableOf(...charts: readonly Chart[]): Table {
  const { x, xs } = charts[0]!;
  const lines = charts.flatMap((chart) => chart.lines);
  return {
    columns: [x.label, ...lines.map(({ name }) => name)],
    rows: Array.from(xs, (at, i) => [at, ...lines.map(({ ys }) => ys[i]!)]),
  };
}

/** A table as CSV (RFC 4180), numbers in full. */
export function csvOf({ columns, rows }: Table): string {
  const cell = (value: number | string): string => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
