/** What a chart's colours and symbols mean, with the values under the pointer. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import type { Chart } from "./chart.ts";
import { shownNumber } from "./numbers.ts";
import { symbolsOf } from "./svgOf.ts";

/** Entries of the curves and points; `hovered` is the index of the x under the pointer. */
export function Legend({
  chart,
  hovered,
}: {
  readonly chart: ReadonlySignal<Chart>;
  readonly hovered: ReadonlySignal<number | null>;
}) {
  // Points move at every frame; the legend is drawn again when its entries or the values under the pointer change.
  const entries = useComputed(() => {
    const { x, lines, points = [] } = chart.value;
    const shown = [
      ...lines.map(({ name, color, dash }) => [name, color, dash]),
      ...points.map(({ name, color, symbol, size }) => [name, color, symbol, size]),
    ];
    return JSON.stringify([x.label, shown]);
  });
  entries.value;
  const at = hovered.value;
  const { x, xs, lines, points = [] } = at === null ? chart.peek() : chart.value;
  const value = (ys: ArrayLike<number>): string => (Number.isFinite(ys[at!]) ? shownNumber(ys[at!]!) : "–");
  return (
    <ul class="legend">
      {lines.map(({ name, color, dash, ys }) => (
        <li key={name}>
          <svg width="22" height="10" aria-hidden="true">
            <path d="M0 5H22" stroke={`var(--series-${color})`} stroke-width="3" stroke-dasharray={dash?.join(" ")} />
          </svg>
          {name}
          {at !== null && <b> {value(ys)}</b>}
        </li>
      ))}
      {points.map((own) => (
        <li key={own.name}>
          <svg width="14" height="14" aria-hidden="true">
            <path
              d={symbolsOf({ ...own, xs: [7], ys: [7], size: Math.min(5, own.size ?? 4) }, Number, Number)}
              fill={`var(--series-${own.color})`}
            />
          </svg>
          {own.name}
        </li>
      ))}
      {at !== null && at < xs.length && (
        <li>
          at {x.label} = {shownNumber(xs[at]!)}
        </li>
      )}
    </ul>
  );
}
