/** Rows of a value with an interval, as an SVG: for the page and for files alike. */
import type { ChartAxis, ChartPoints, Table } from "./chart.ts";
import { shownNumber } from "./numbers.ts";
import { escaped, extent, type Ink, symbolPath } from "./svgOf.ts";
import { ticks } from "./ticks.ts";

/** A row. */
export interface Interval {
  readonly name: string;
  readonly color: number;
  readonly symbol?: NonNullable<ChartPoints["symbol"]>;
  readonly value: number;
  /** Ends of the interval. */
  readonly low: number;
  readonly high: number;
}

/** Rows over one axis. */
export interface Intervals {
  readonly title: string;
  readonly x: ChartAxis;
  readonly rows: readonly Interval[];
  /** Values with a dashed line through all rows. */
  readonly guides?: readonly number[];
}

/** Rows with their names before them, or above them where the drawing is narrow. */
export function intervalsSvg({ title, x, rows, guides = [] }: Intervals, ink: Ink, width: number): string {
  const longest = Math.max(...rows.map(({ name }) => name.length));
  const isNarrow = 7 * longest > 0.45 * width;
  const each = isNarrow ? 40 : 26;
  const frame = { left: isNarrow ? 16 : 7 * longest + 16, right: width - 16, top: 34, bottom: 40 + each * rows.length };
  const values = rows.flatMap(({ low, high, value }) => [low, high, value]);
  const [low, high] = x.range ?? extent([[...values, ...guides]], "linear", 0.06);
  const at = (value: number): number =>
    Number((frame.left + ((value - low) / (high - low)) * (frame.right - frame.left)).toFixed(2));
  const height = frame.bottom + 44;
  const color = (series: number): string => ink.series[series % ink.series.length]!;
  /** Smaller where a text would not fit. */
  const fontSize = (usual: number, text: string, room: number): number =>
    Number(Math.min(usual, room / (0.54 * text.length)).toFixed(1));
  const drawn = rows.map(({ name, value, low: from, high: to, ...row }, i) => {
    const middle = frame.top + 6 + each * i + (isNarrow ? 27 : 13);
    const label = isNarrow
      ? `<text x="${frame.left}" y="${middle - 13}" font-size="${fontSize(13, name, frame.right - frame.left)}">${escaped(name)}</text>`
      : `<text x="${frame.left - 10}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`;
    const whisker = `<path d="M${at(from)} ${middle}H${at(to)}" stroke="${color(row.color)}" stroke-width="2"/>`;
    return `${label}${whisker}<path d="M${at(value)} ${middle}${symbolPath(row.symbol ?? "circle", 5)}" fill="${color(row.color)}"/>`;
  });
  const numTicks = Math.max(2, Math.floor((frame.right - frame.left) / 55));
  const grid = ticks(low, high, "linear", numTicks).map(
    (value) =>
      `<path d="M${at(value)} ${frame.top}V${frame.bottom}" stroke="${ink.grid}"/><text x="${at(value)}" y="${frame.bottom + 17}" text-anchor="middle">${shownNumber(value)}</text>`,
  );
  const dashed = guides.map(
    (value) =>
      `<path d="M${at(value)} ${frame.top}V${frame.bottom}" stroke="${ink.text}" stroke-dasharray="4 4" stroke-opacity="0.6"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="${ink.text}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" fill="${ink.surface}"/>
<text x="16" y="20" font-size="${fontSize(14, title, width - 32)}">${escaped(title)}</text>
${[...grid, ...dashed, ...drawn].join("\n")}
<text x="${(frame.left + frame.right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(x.label)}</text>
</svg>
`;
}

/** The rows as a table. */
export function intervalsTable({ x, rows }: Intervals): Table {
  return {
    columns: ["name", x.label, "low", "high"],
    rows: rows.map(({ name, value, low, high }) => [name, value, low, high]),
  };
}
