/** The lines of a chart: a sample of each, its name, and its value where the cursor is. */
import { type ReadonlySignal, type Signal, useComputed } from "@preact/signals";
import { tickLabel } from "../text/numbers.ts";
import type { ChartLine } from "./plotOptions.ts";
import type { SeriesStyle } from "./seriesStyles.ts";

interface LegendProps {
  readonly lines: readonly ChartLine[];
  readonly xLabel: string;
  /** x, then the value of each line; empty without a cursor. */
  readonly hovered: ReadonlySignal<readonly (number | null)[]>;
  readonly format: (value: number) => string;
  /** Labels of lines that are not drawn. */
  readonly hidden: Signal<ReadonlySet<string>>;
}

/** The legend of a chart, which hides and shows its lines; lines behind smoothed ones are left out. */
export function Legend({ lines, xLabel, hovered, format, hidden }: LegendProps) {
  const toggle = (label: string): void => {
    const next = new Set(hidden.value);
    if (!next.delete(label)) next.add(label);
    hidden.value = next;
  };
  return (
    <ul class="legend">
      {lines.map((line, i) => (
        <li key={line.label} hidden={line.look === "faint"}>
          <button type="button" aria-pressed={!hidden.value.has(line.label)} onClick={() => toggle(line.label)}>
            <Sample style={line.style} />
            {line.label}
          </button>{" "}
          <LegendValue hovered={hovered} index={i + 1} format={format} />
        </li>
      ))}
      <li class="at">
        <span>{xLabel}</span> <LegendValue hovered={hovered} index={0} format={tickLabel} />
      </li>
    </ul>
  );
}

interface ValueProps extends Pick<LegendProps, "hovered" | "format"> {
  readonly index: number;
}

/** One value: only this text changes while the pointer moves. */
function LegendValue({ hovered, index, format }: ValueProps) {
  const text = useComputed(() => {
    const value = hovered.value[index] ?? null;
    return value === null ? "" : format(value);
  });
  return <span class="value">{text}</span>;
}

/** A short piece of a line. */
export function Sample({ style: { color, dash } }: { readonly style: SeriesStyle }) {
  return (
    <svg class="sample" width="30" height="10" aria-hidden="true">
      <line
        x1="0"
        y1="5"
        x2="30"
        y2="5"
        stroke={`var(--series-${color})`}
        stroke-width="2.5"
        stroke-dasharray={dash.join(" ")}
      />
    </svg>
  );
}
