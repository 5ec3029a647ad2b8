/** A chart as a standalone SVG file: what is exported, and what PNG files are made from. */
import type { Chart, ChartAxis, ChartLine, ChartPoints } from "./chart.ts";
import { shownNumber } from "./numbers.ts";
import { ticks } from "./ticks.ts";

/** Colours of the file, light: files are put on paper and slides. */
export interface Ink {
  readonly surface: string;
  readonly text: string;
  readonly grid: string;
  readonly series: readonly string[];
}

const [width, height] = [760, 420];
const frame = { left: 70, right: width - 20, top: 56, bottom: height - 50 };

/** The file's text. */
export function svgOf(chart: Chart, ink: Ink): string {
  const x = placing(chart.x, [chart.xs, ...(chart.points ?? []).map(({ xs }) => xs)], [frame.left, frame.right], 0);
  const heights = chart.lines.flatMap(({ ys, band }) => [ys, ...(band ? [band.low, band.high] : [])]);
  const y = placing(
    chart.y,
    [...heights, ...(chart.points ?? []).map(({ ys }) => ys)],
    [frame.bottom, frame.top],
    0.05,
  );
  const color = (at: number): string => ink.series[at % ink.series.length]!;
  const path = (ys: ArrayLike<number>): string => pathOf(chart.xs, ys, x.at, y.at);
  const lines = chart.lines.flatMap(({ ys, color: at, dash, width: stroke = 2, band, fill }) => [
    ...(band ? [`<path d="${bandOf(chart.xs, band, x.at, y.at)}" fill="${color(at)}" fill-opacity="0.2"/>`] : []),
    ...(fill
      ? [
          `<path d="${path(ys)}L${frame.right} ${frame.bottom}L${frame.left} ${frame.bottom}Z" fill="${color(at)}" fill-opacity="0.15"/>`,
        ]
      : []),
    `<path d="${path(ys)}" fill="none" stroke="${color(at)}" stroke-width="${stroke}"${dash ? ` stroke-dasharray="${dash.join(" ")}"` : ""}/>`,
  ]);
  const points = (chart.points ?? []).map(
    (own) => `<path d="${symbolsOf(own, x.at, y.at)}" fill="${color(own.color)}" fill-opacity="${own.opacity ?? 1}"/>`,
  );
  const all = heightOf(chart);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${all}" viewBox="0 0 ${width} ${all}" font-family="system-ui, sans-serif" font-size="13" fill="${ink.text}">
<title>${escaped(chart.title)}</title>
<rect width="${width}" height="${all}" fill="${ink.surface}"/>
<text x="${frame.left}" y="22" font-size="15">${escaped(chart.title)}</text>
${legendOf(chart, color)}
<g transform="translate(0 ${all - height})">
<clipPath id="frame"><rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/></clipPath>
${x.ticks.map((value) => vertical(x.at(value), value, ink)).join("\n")}
${y.ticks.map((value) => horizontal(y.at(value), value, ink)).join("\n")}
<g clip-path="url(#frame)">${[...lines, ...points].join("\n")}</g>
<text x="${(frame.left + frame.right) / 2}" y="${height - 12}" text-anchor="middle">${escaped(chart.x.label)}</text>
<text transform="translate(18 ${(frame.top + frame.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.y.label)}</text>
</g>
</svg>
`;
}

/** Charts one below the other, as one file. */
export function stackedSvg(charts: readonly Chart[], ink: Ink): string {
  if (charts.length === 1) return svgOf(charts[0]!, ink);
  let all = 0;
  const placed = charts.map((chart) => {
    const file = svgOf(chart, ink).replace("<svg ", `<svg y="${all}" `);
    all += heightOf(chart);
    return file;
  });
  const first = charts[0]!.title;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${all}" viewBox="0 0 ${width} ${all}">
<title>${escaped(first)}</title>
${placed.join("")}</svg>
`;
}

interface Placing {
  at(value: number): number;
  readonly ticks: readonly number[];
}

function placing(
  axis: ChartAxis,
  values: readonly ArrayLike<number>[],
  [from, to]: readonly [number, number],
  room: number,
): Placing {
  const scale = axis.scale ?? "linear";
  const inner = (value: number): number => (scale === "log" ? Math.log(value) : value);
  const [low, high] = axis.range ?? extent(values, scale, room);
  const at = (value: number): number => from + ((inner(value) - inner(low)) / (inner(high) - inner(low))) * (to - from);
  return { at: (value) => Number(at(value).toFixed(2)), ticks: ticks(low, high, scale) };
}

/** The smallest and the largest finite value, with a share of room beyond both. */
export function extent(values: readonly ArrayLike<number>[], scale: "linear" | "log", room: number): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const own of values) {
    for (let i = 0; i < own.length; i++) {
      const value = own[i]!;
      if (!Number.isFinite(value) || (scale === "log" && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return scale === "log" ? [1, 10] : [0, 1];
  if (scale === "log")
    return low === high ? [low / 2, high * 2] : [low / (high / low) ** room, high * (high / low) ** room];
  const width = high - low || Math.abs(high) || 1;
  return [low - room * width, high + room * width];
}

function pathOf(xs: ArrayLike<number>, ys: ArrayLike<number>, x: Placing["at"], y: Placing["at"]): string {
  let path = "";
  let isDrawing = false;
  for (let i = 0; i < xs.length; i++) {
    const height = y(ys[i]!);
    if (Number.isFinite(height)) path += `${isDrawing ? "L" : "M"}${x(xs[i]!)} ${height}`;
    isDrawing = Number.isFinite(height);
  }
  return path;
}

function bandOf(
  xs: ArrayLike<number>,
  { low, high }: { low: ArrayLike<number>; high: ArrayLike<number> },
  x: Placing["at"],
  y: Placing["at"],
): string {
  const there = Array.from(xs, (_, i) => i).filter((i) => Number.isFinite(y(low[i]!)) && Number.isFinite(y(high[i]!)));
  const edge = [
    ...there.map((i) => `${x(xs[i]!)} ${y(high[i]!)}`),
    ...there.reverse().map((i) => `${x(xs[i]!)} ${y(low[i]!)}`),
  ];
  return edge.length === 0 ? "" : `M${edge.join("L")}Z`;
}

/** A point's outline around (0, 0), of about the same area for every symbol. */
const outlines: Readonly<Record<NonNullable<ChartPoints["symbol"]>, (r: number) => string>> = {
  circle: (r) => `m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  square: (r) => `m${-0.9 * r} ${-0.9 * r}h${1.8 * r}v${1.8 * r}h${-1.8 * r}z`,
  triangle: (r) => `m0 ${-1.2 * r}l${1.1 * r} ${2 * r}h${-2.2 * r}z`,
  diamond: (r) => `m0 ${-1.3 * r}l${1.1 * r} ${1.3 * r}l${-1.1 * r} ${1.3 * r}l${-1.1 * r} ${-1.3 * r}z`,
};

/** The outline of a symbol of a radius, relative to where the path is. */
export function symbolPath(symbol: NonNullable<ChartPoints["symbol"]>, radius: number): string {
  return outlines[symbol](radius);
}

/** All points of a set as one path. */
export function symbolsOf(
  { xs, ys, size = 4, symbol = "circle" }: ChartPoints,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const outline = outlines[symbol](size);
  return Array.from(xs, (at, i) => [x(at), y(ys[i]!)] as const)
    .filter(([left, top]) => Number.isFinite(left) && Number.isFinite(top))
    .map(([left, top]) => `M${left} ${top}${outline}`)
    .join("");
}

/** Distance of two rows of the legend. */
const rowHeight = 20;

/** An entry of the legend and where it begins. */
interface LegendEntry {
  readonly own: ChartLine | ChartPoints;
  readonly left: number;
  readonly row: number;
}

/** The entries, in as many rows as they need. */
function legendEntries({ lines, points = [] }: Chart): LegendEntry[] {
  let [left, row] = [frame.left, 0];
  return [...lines, ...points].map((own) => {
    const needed = 34 + 7.2 * own.name.length;
    if (left > frame.left && left + needed > width) [left, row] = [frame.left, row + 1];
    left += needed;
    return { own, left: left - needed, row };
  });
}

/** Height of the file: more than one row of the legend makes it taller. */
function heightOf(chart: Chart): number {
  return height + rowHeight * (legendEntries(chart).at(-1)?.row ?? 0);
}

function legendOf(chart: Chart, color: (at: number) => string): string {
  return legendEntries(chart)
    .map(({ own, left, row }) => {
      const y = 40 + rowHeight * row;
      const sample =
        "xs" in own
          ? `<path d="M${left + 10} ${y}${outlines[own.symbol ?? "circle"](4)}" fill="${color(own.color)}"/>`
          : `<path d="M${left} ${y}h20" fill="none" stroke="${color(own.color)}" stroke-width="2"${own.dash ? ` stroke-dasharray="${own.dash.join(" ")}"` : ""}/>`;
      return `${sample}<text x="${left + 25}" y="${y + 4}">${escaped(own.name)}</text>`;
    })
    .join("");
}

function vertical(left: number, value: number, ink: Ink): string {
  return `<path d="M${left} ${frame.top}V${frame.bottom}" stroke="${ink.grid}"/><text x="${left}" y="${frame.bottom + 18}" text-anchor="middle">${shownNumber(value)}</text>`;
}

function horizontal(top: number, value: number, ink: Ink): string {
  return `<path d="M${frame.left} ${top}H${frame.right}" stroke="${ink.grid}"/><text x="${frame.left - 8}" y="${top + 4}" text-anchor="end">${shownNumber(value)}</text>`;
}

/** Text of an SVG. */
export function escaped(text: string): string {
  const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => escapes[character]!);
}
