/** Rows of values with intervals on the page, as wide as there is room. */
import type { ReadonlySignal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Intervals, intervalsSvg } from "./intervals.ts";
import { ink } from "./palette.ts";

/** Draws the rows, again when the signal, the colours or the width change. */
export function IntervalChart({ chart }: { readonly chart: ReadonlySignal<Intervals> }) {
  const place = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => {
      width.value = Math.floor(entry!.contentRect.width);
    });
    sizes.observe(place.current!);
    return () => sizes.disconnect();
  }, []);
  const svg = width.value === 0 ? "" : intervalsSvg(chart.value, ink.value, width.value);
  // The exported file is what is shown; it is made of numbers and escaped text.
  return <div class="chart" ref={place} dangerouslySetInnerHTML={{ __html: svg }} />;
}
