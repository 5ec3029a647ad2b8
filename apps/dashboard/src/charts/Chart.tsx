/** A chart: values on hover and by the arrow keys, an interval by dragging or by + and −, all of it by a double click or 0. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { announce } from "../text/announce.ts";
import { significant, tickLabel } from "../text/numbers.ts";
import { chartKey, zoomedBy } from "./chartKeys.ts";
import { Legend } from "./Legend.tsx";
import { type ChartShape, plotData, plotOptions, seriesLabels, signatureOf } from "./plotOptions.ts";
import { themeChanges } from "./theme.ts";

/** What a chart shows and tells. */
export interface ChartProps extends ChartShape {
  readonly title: string;
  readonly x: readonly number[];
  /** The interval that is shown. */
  readonly interval: readonly [number, number];
  /** An interval was chosen; null for all of it. */
  readonly onZoom: (interval: readonly [number, number] | null) => void;
  /** A value of the lines as text. */
  readonly format?: (value: number) => string;
  readonly children?: ComponentChildren;
}

/** A chart with its title, legend and values. */
export function Chart(props: ChartProps) {
  const { title, x, interval, format = significant, children, ...shape } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const hovered = useSignal<readonly (number | null)[]>([]);
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const signature = signatureOf(shape);

  // Before the browser paints: a chart that is made anew must not leave an empty frame.
  useLayoutEffect(() => {
    const element = box.current!;
    const made = new uPlot(
      plotOptions(latest.current, element.clientWidth, {
        onSelect: (from, to) => latest.current.onZoom([from, to]),
        onHover: (idxs, idx) => {
          const { x: xs, lines } = latest.current;
          hovered.value =
            idx === null ? [] : [xs[idx] ?? null, ...lines.map(({ values }, i) => values[idxs[i + 1] ?? -1] ?? null)];
        },
      }),
      undefined,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== made.width) made.setSize({ width, height: width < 480 ? 200 : 240 });
    });
    observer.observe(element);
    const unsubscribe = themeChanges.subscribe(() => made.redraw(false));
    return () => {
      observer.disconnect();
      unsubscribe();
      made.destroy();
      plot.current = null;
    };
  }, [signature, hovered]);

  const [from, to] = interval;
  const values = [x, ...props.lines.flatMap((line) => [line.values, line.band?.low])];
  useLayoutEffect(() => {
    const made = plot.current!;
    made.batch(() => {
      made.setData(plotData(x, latest.current), false);
      made.setScale("x", { min: from, max: to });
    });
  }, [signature, from, to, ...values]);

  useLayoutEffect(() => {
    const made = plot.current!;
    made.batch(() => {
      for (const [index, label] of seriesLabels(latest.current).entries()) {
        made.setSeries(index + 1, { show: !hidden.value.has(label) });
      }
    });
  }, [signature, hidden.value]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const made = plot.current;
    const key = chartKey(event);
    if (made === null || key === null) return;
    event.preventDefault();
    if (key.kind === "all") {
      props.onZoom(null);
      return;
    }
    const { width } = made.over.getBoundingClientRect();
    const left = made.cursor.left! >= 0 ? made.cursor.left! : width / 2;
    if (key.kind === "zoom") {
      props.onZoom(zoomedBy(interval, made.posToVal(left, "x"), key.factor));
      return;
    }
    made.setCursor({ left: Math.min(width - 1, Math.max(0, left + key.pixels)), top: 0 });
    const [at, ...found] = hovered.value;
    announce([`${shape.xLabel} ${tickLabel(at ?? 0)}`, ...found.map((value, i) => said(i, value))].join(", "));
  };
  const said = (i: number, value: number | null): string =>
    `${props.lines[i]!.label} ${value === null ? "none" : format(value)}`;

  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        {children}
      </figcaption>
      <div
        class="plot"
        ref={box}
        role="application"
        aria-roledescription="chart"
        aria-label={`${title} against ${shape.xLabel}. Arrow keys: values; plus and minus: zoom; 0: all.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys, which read its values
        tabIndex={0}
        onKeyDown={onKeyDown}
        onDblClick={() => props.onZoom(null)}
      />
      <Legend lines={props.lines} xLabel={shape.xLabel} hovered={hovered} format={format} hidden={hidden} />
    </figure>
  );
}
