import * as Plot from "@observablehq/plot";
import { palette } from "./figures.ts";

/** Names in the colours of the palette above the frame, one after another; the figure needs a top margin of 40. */
export function legendLine(names: readonly string[]): Plot.Markish[] {
  return names.map((name, i) => {
    const before = names.slice(0, i).reduce((sum, other) => sum + 8 * other.length + 22, 4);
    return Plot.text([name], {
      ...{ frameAnchor: "top-left", dx: before, dy: -24, text: (d: string) => d },
      ...{ fill: palette[i % palette.length]!, textAnchor: "start", fontWeight: 600 },
    });
  });
}
