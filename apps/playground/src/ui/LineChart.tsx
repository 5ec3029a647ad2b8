/** A chart on the page, by uPlot: curves, bands and points, values under the pointer, a marker that can be dragged. */
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Chart, ChartAxis, ChartLine } from "./chart.ts";
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

/** Draws the chart, and draws it again whenever the signal changes; the axes are made anew only if curves come or go. */
export function LineChart(props: LineChartProps) {
  const { chart, height = 300, description } = props;
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = place.current!;
    let plot: uPlot | null = null;
    let shape = "";
    const unsubscribe = chart.subscribe((now) => {
      const next = JSON.stringify([
        now.x,
        now.y,
        now.lines.map(({ name, band }) => [name, band !== undefined]),
        ink.value.surface,
      ]);
      if (plot === null || next !== shape) {
        plot?.destroy();
        plot = made(element, height, chart, latest);
        shape = next;
      } else plot.setData(dataOf(now), true);
    });
    const recolour = ink.subscribe(() => {
      if (plot === null) return;
      plot.destroy();
      plot = made(element, height, chart, latest);
    });
    const sizes = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      unsubscribe();
      recolour();
      sizes.disconnect();
      plot?.destroy();
    };
  }, [chart, height]);
  return (
    <div
      class="chart"
      ref={place}
      role="img"
      aria-label={description ?? chart.value.title}
      style={{ minHeight: `${height}px` }}
    />
  );
}

function made(
  element: HTMLElement,
  height: number,
  chart: ReadonlySignal<Chart>,
  latest: { readonly current: LineChartProps },
): uPlot {
  const { x, y, lines } = chart.peek();
  const colors = ink.peek();
  const color = (at: number): string => colors.series[at % colors.series.length]!;
  const options: uPlot.Options = {
    width: Math.max(200, element.clientWidth),
    height,
    scales: { x: scaleOf(x, () => [chart.peek().xs], 0), y: scaleOf(y, () => heightsOf(chart.peek()), 0.05) },
    axes: [axisOf(x, colors.text, colors.grid), { ...axisOf(y, colors.text, colors.grid), size: 62 }],
    series: [
      { label: x.label, value: (_, value) => (value === null ? "–" : shownNumber(value)) },
      ...lines.flatMap((line) => seriesOf(line, color(line.color))),
    ],
    bands: bandsOf(lines, color),
    cursor: { drag: { x: false, y: false }, ...(latest.current.onDrag !== undefined && { bind: draggedBy(latest) }) },
    hooks: { draw: [(plot) => drawPoints(plot, chart.peek(), color, latest.current.overlay)] },
  };
  return new uPlot(options, dataOf(chart.peek()), element);
}

function heightsOf({ lines, points = [] }: Chart): ArrayLike<number>[] {
  return [
    ...lines.flatMap(({ ys, band }) => [ys, ...(band ? [band.low, band.high] : [])]),
    ...points.map(({ ys }) => ys),
  ];
}

function scaleOf({ scale = "linear", range }: ChartAxis, values: () => ArrayLike<number>[], room: number): uPlot.Scale {
  return {
    time: false,
    distr: scale === "log" ? 3 : 1,
    range: () => [...(range ?? extent(values(), scale, room))] as [number, number],
  };
}

function axisOf({ label }: ChartAxis, text: string, grid: string): uPlot.Axis {
  return {
    label,
    labelSize: 22,
    stroke: text,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
    values: (_, ticks) => ticks.map((value) => (value === null ? "" : shownNumber(value))),
  };
}

/** The curve and, where it has a band, the band's two edges. */
function seriesOf({ name, width = 2, dash, band, fill }: ChartLine, color: string): uPlot.Series[] {
  const edge = (words: string): uPlot.Series => ({
    label: `${name} ${words}`,
    stroke: "transparent",
    points: { show: false },
  });
  return [
    {
      label: name,
      stroke: color,
      width,
      points: { show: false },
      value: (_, value) => (value === null || value === undefined ? "–" : shownNumber(value)),
      ...(dash && { dash: [...dash] }),
      ...(fill && { fill: `${color}22` }),
    },
    ...(band ? [edge("low"), edge("high")] : []),
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
    context.fill(new Path2D(symbolsOf({ ...own, size: (own.size ?? 4) * devicePixelRatio }, placed.x, placed.y)));
  }
  context.globalAlpha = 1;
  overlay?.(context, placed);
  context.restore();
}

/** Tells drags in the chart's coordinates; the pointer is kept when it leaves the chart. */
function draggedBy(latest: { readonly current: LineChartProps }): uPlot.Cursor.Bind {
  return {
    mousedown: (plot, _, handler) => (event) => {
      handler(event);
      const tell = ({ clientX, clientY }: MouseEvent, phase: "start" | "move" | "end"): void => {
        const { left, top } = plot.over.getBoundingClientRect();
        latest.current.onDrag?.(plot.posToVal(clientX - left, "x"), plot.posToVal(clientY - top, "y"), phase);
      };
      tell(event, "start");
      const move = (moved: MouseEvent): void => tell(moved, "move");
      const end = (ended: MouseEvent): void => {
        removeEventListener("mousemove", move);
        removeEventListener("mouseup", end);
        tell(ended, "end");
      };
      addEventListener("mousemove", move);
      addEventListener("mouseup", end);
      return null;
    },
  };
}
