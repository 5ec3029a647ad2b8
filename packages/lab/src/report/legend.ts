import * as Plot from "@observablehq/plot";
import type { FigureMark } from "./figureOptions.ts";
import type { SeriesStyle } from "./styles.ts";

/** Characters of a name: names come from untrusted files, and drawing a very long one takes seconds. */
const maxName = 80;

/** The name of a series as figures show it. */
export function shownName(name: string): string {
  return name.length <= maxName ? name : `${name.slice(0, maxName)}…`;
}

/** Height of a row, width of a line's sample, and about that of a character, in pixels. */
const [rowHeight, sample, markerWidth, character] = [20, 26, 10, 7.3];

/** Names with samples of their lines and markers above the frame, in as many rows as they need. */
export function legend(
  series: ReadonlyMap<string, SeriesStyle>,
  room: number,
  kind: "line" | "marker",
): { readonly marks: readonly FigureMark[]; readonly height: number } {
  const width = kind === "line" ? sample : markerWidth;
  const entries: { name: string; style: SeriesStyle; x: number; row: number }[] = [];
  let [x, row] = [0, 0];
  for (const [full, style] of series) {
    const name = shownName(full);
    const own = width + 8 + character * name.length + 18;
    if (x > 0 && x + own > room) [x, row] = [0, row + 1];
    entries.push({ name, style, x, row });
    x += own;
  }
  const rows = entries.length === 0 ? 0 : row + 1;
  const marks = entries.flatMap(({ name, style: { color, dash, symbol }, x: left, row: at }) => {
    const place = { frameAnchor: "top-left", dy: -16 - rowHeight * (rows - 1 - at) } as const;
    return [
      ...(kind === "line"
        ? [
            Plot.vector([0], {
              ...place,
              dx: left,
              shape: stroke,
              length: sample,
              rotate: 90,
              anchor: "start",
              stroke: color,
              strokeWidth: 2,
              strokeDasharray: dash,
            }),
          ]
        : []),
      Plot.dot([0], { ...place, dx: left + width / 2, symbol, fill: color, r: 4 }),
      Plot.text([name], {
        ...place,
        dx: left + width + 7,
        text: (text: string) => text,
        textAnchor: "start",
        lineAnchor: "middle",
      }),
    ];
  });
  return { marks, height: rowHeight * rows };
}

/** A straight line of the length of a vector. */
const stroke = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, length: number): void {
    context.moveTo(0, 0);
    context.lineTo(0, -length);
  },
};
