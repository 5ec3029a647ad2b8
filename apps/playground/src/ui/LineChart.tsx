/** A chart on the page, by uPlot: curves, bands and points, values under the pointer, a marker that can be dragged. */
import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Chart, ChartAxis, ChartLine, ChartPoints } from "./chart.ts";
import { Legend } from "./Legend.tsx";
import { shownNumber } from "./numbers.ts";
import { ink } from "./palette.ts";
import { extent, symbolsOf } from "./svgOf.ts";

/** How a chart is placed and what it answers to. */
export interface LineChartProps {
  readonly chart: ReadonlySignal<Chart>;
  /** Pixels. */
  readonly height?: number;
  /** What the chart shows, for those who do not see it; the title when absent. */
  readonly description?: string;
  /** Called with the chart's coordinates while the pointer is dragged over it. */
  readonly onDrag?: (x: number, y: number, phase: "start" | "move" | "end") => void;
  /** Draws over everything; coordinates by `at`, in canvas pixels. */
  readonly overlay?: (context: CanvasRenderingContext2D, at: Placed) => void;
}

/** From the chart's coordinates to canvas pixels; `ratio` canvas pixels are one of the page's. */
export interface Placed {
  x(value: number): number;
  y(value: number): number;
  readonly ratio: number;
}

/** What a chart on the page is made from; the newest properties are in `latest`. */
interface Making {
  readonly element: HTMLElement;
  readonly height: number;
  readonly chart: ReadonlySignal<Chart>;
  readonly hovered: Signal<number | null>;
  readonly latest: { readonly current: LineChartProps };
}

/**
 * Draws the chart, and draws it again whenever the signal changes. The axes are made anew only if curves come or go; where the curves
 * are the arrays of before, only the points move.
 */
export function LineChart(props: LineChartProps) {
  const { chart, height = 300, description } = props;
  const place = useRef<HTMLDivElement>(null);
  const hovered = useSignal<number | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const making = { element: place.current!, height, chart, hovered, latest };
    let plot = made(making);
    let drawn = chart.peek();
    const renew = (): void => {
      plot.destroy();
      plot = made(making);
      drawn = chart.peek();
    };
    const unsubscribe = chart.subscribe((now) => {
      if (shapeOf(now) !== shapeOf(drawn)) return renew();
      const isOldCurves = sameCurves(now, drawn) && sameRanges(now, drawn);
      drawn = now;
      if (isOldCurves) plot.redraw(false, false);
      else plot.setData(dataOf(now), true);
    });
    let isFirst = true;
    const recolour = ink.subscribe(() => {
      if (!isFirst) renew();
      isFirst = false;
    });
    const sizes = new ResizeObserver(() => plot.setSize({ width: making.element.clientWidth, height }));
    sizes.observe(making.element);
    return () => {
      unsubscribe();
      recolour();
      sizes.disconnect();
      plot.destroy();
    };
  }, [chart, height]);
  return (
    <div class="chart">
      <Legend chart={chart} hovered={hovered} />
      <div
        class={props.onDrag ? "plot dragged" : "plot"}
        ref={place}
        role="img"
        aria-label={description ?? chart.value.title}
        style={{ minHeight: `${height}px` }}
      />
    </div>
  );
}

/** What axes and series are made from: a chart of another shape needs new ones. */
function shapeOf({ x, y, lines }: Chart): string {
  const series = lines.map(({ name, color, dash, width, fill, band }) => [name, color, dash, width, fill, !band]);
  return JSON.stringify([x.label, x.scale, y.label, y.scale, series]);
}

function sameCurves(one: Chart, other: Chart): boolean {
  const ofOther = arraysOf(other);
  return arraysOf(one).every((array, i) => array === ofOther[i]);
}

function sameRanges(one: Chart, other: Chart): boolean {
  // Without a range the points count too.
  const isFixed = one.y.range !== undefined || one.points === other.points;
  return isFixed && String(one.x.range) === String(other.x.range) && String(one.y.range) === String(other.y.range);
}

function arraysOf({ xs, lines }: Chart): ArrayLike<number>[] {
  return [xs, ...lines.flatMap(({ ys, band }) => [ys, ...(band ? [band.low, band.high] : [])])];
}

function made({ element, height, chart, hovered, latest }: Making): uPlot {
  const { x, y, lines } = chart.peek();
  const colors = ink.peek();
  const color = (at: number): string => colors.series[at % colors.series.length]!;
  const options: uPlot.Options = {
    width: Math.max(200, element.clientWidth),
    height,
    legend: { show: false },
    scales: {
      x: scaleOf(
        () => chart.peek().x,
        () => [chart.peek().xs],
        0,
      ),
      y: scaleOf(
        () => chart.peek().y,
        () => heightsOf(chart.peek()),
        0.05,
      ),
    },
    axes: [
      { ...axisOf(x, colors.text, colors.grid), size: 30 },
      { ...axisOf(y, colors.text, colors.grid), size: 58 },
    ],
    series: [{}, ...lines.flatMap((line) => seriesOf(line, color(line.color)))],
    bands: bandsOf(lines, color),
    cursor: { drag: { x: false, y: false } },
    hooks: {
      draw: [(plot) => drawPoints(plot, chart.peek(), color, latest.current.overlay)],
      setCursor: [
        ({ cursor }) => {
          hovered.value = (cursor.left ?? -1) < 0 ? null : (cursor.idx ?? null);
        },
      ],
    },
  };
  const plot = new uPlot(options, dataOf(chart.peek()), element);
  tellDrags(plot, latest);
  return plot;
}

function heightsOf({ lines, points = [] }: Chart): ArrayLike<number>[] {
  return [
    ...lines.flatMap(({ ys, band }) => [ys, ...(band ? [band.low, band.high] : [])]),
    ...points.map(({ ys }) => ys),
  ];
}

function scaleOf(axis: () => ChartAxis, values: () => ArrayLike<number>[], room: number): uPlot.Scale {
  const { scale = "linear" } = axis();
  return {
    time: false,
    distr: scale === "log" ? 3 : 1,
    range: () => [...(axis().range ?? extent(values(), scale, room))] as [number, number],
  };
}

function axisOf({ label }: ChartAxis, text: string, grid: string): uPlot.Axis {
  return {
    label,
    labelSize: 18,
    labelGap: 0,
    stroke: text,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
    values: (_, ticks) => ticks.map((value) => (value === null ? "" : shownNumber(value))),
  };
}

/** The curve and, where it has a band, the band's two edges. */
function seriesOf({ width = 2, dash, band, fill }: ChartLine, color: string): uPlot.Series[] {
  const edge: uPlot.Series = { stroke: "transparent", points: { show: false } };
  return [
    {
      stroke: color,
      width,
      points: { show: false },
      ...(dash && { dash: [...dash] }),
      ...(fill && { fill: `${color}22` }),
    },
    ...(band ? [edge, edge] : []),
  ];
}

function bandsOf(lines: readonly ChartLine[], color: (at: number) => string): uPlot.Band[] {
  let at = 1;
  return lines.flatMap(({ band, color: own }) => {
    const first = at;
    at += band ? 3 : 1;
    return band ? [{ series: [first + 2, first + 1] as [number, number], fill: `${color(own)}33` }] : [];
  });
}

function dataOf({ xs, lines }: Chart): uPlot.AlignedData {
  const drawn = (ys: ArrayLike<number>): (number | null)[] =>
    Array.from(ys, (value) => (Number.isFinite(value) ? value : null));
  return [
    Array.from(xs),
    ...lines.flatMap(({ ys, band }) => [drawn(ys), ...(band ? [drawn(band.low), drawn(band.high)] : [])]),
  ] as uPlot.AlignedData;
}

function drawPoints(
  plot: uPlot,
  { points = [] }: Chart,
  color: (at: number) => string,
  overlay: LineChartProps["overlay"],
): void {
  const { ctx: context, bbox } = plot;
  const placed: Placed = {
    x: (value) => plot.valToPos(value, "x", true),
    y: (value) => plot.valToPos(value, "y", true),
    ratio: devicePixelRatio,
  };
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  for (const own of points) {
    context.globalAlpha = own.opacity ?? 1;
    context.fillStyle = color(own.color);
    const sized = { ...own, size: (own.size ?? 4) * devicePixelRatio };
    if ((own.symbol ?? "circle") === "circle") fillCircles(context, sized, placed);
    else context.fill(new Path2D(symbolsOf(sized, placed.x, placed.y)));
  }
  context.globalAlpha = 1;
  overlay?.(context, placed);
  context.restore();
}

/** As one path of arcs: there may be hundreds at every frame. */
function fillCircles(
  context: CanvasRenderingContext2D,
  { xs, ys, size }: ChartPoints & { size: number },
  at: Placed,
): void {
  context.beginPath();
  for (let i = 0; i < xs.length; i++) {
    const [left, top] = [at.x(xs[i]!), at.y(ys[i]!)];
    context.moveTo(left + size, top);
    context.arc(left, top, size, 0, 2 * Math.PI);
  }
  context.fill();
}

/** Tells drags in the chart's coordinates; the pointer is kept when it leaves the chart. */
function tellDrags({ over, posToVal }: uPlot, latest: { readonly current: LineChartProps }): void {
  // A drag that the browser takes over, to scroll, ends where it was last.
  let [x, y] = [0, 0];
  const tell = (phase: "start" | "move" | "end"): void => latest.current.onDrag?.(x, y, phase);
  const place = ({ clientX, clientY }: PointerEvent): void => {
    const { left, top } = over.getBoundingClientRect();
    [x, y] = [posToVal(clientX - left, "x"), posToVal(clientY - top, "y")];
  };
  over.addEventListener("pointerdown", (event) => {
    if (latest.current.onDrag === undefined || event.button !== 0) return;
    over.setPointerCapture(event.pointerId);
    place(event);
    tell("start");
  });
  over.addEventListener("pointermove", (event) => {
    if (!over.hasPointerCapture(event.pointerId)) return;
    place(event);
    tell("move");
  });
  over.addEventListener("lostpointercapture", () => tell("end"));
}
