/** Lines of equal loss on a grid (marching squares). */
import type { LossGrid } from "./lossGrid.ts";

/** A piece of a line, in coordinates of the grid. */
export type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/**
 * Where the loss, linear along the edges of each cell, has a value. A cell with a corner that is not finite has none. In a saddle the
 * two low corners are kept apart. O(cells).
 */
export function contour({ xs, ys, losses }: Pick<LossGrid, "xs" | "ys" | "losses">, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < xs.length; i++) {
      const corners = [
        [xs[i]!, ys[j]!, losses[j]![i]],
        [xs[i + 1]!, ys[j]!, losses[j]![i + 1]],
        [xs[i + 1]!, ys[j + 1]!, losses[j + 1]![i + 1]],
        [xs[i]!, ys[j + 1]!, losses[j + 1]![i]],
      ] as const;
      if (corners.some(([, , loss]) => loss === null)) continue;
      const crossings: [number, number][] = [];
      corners.forEach(([x1, y1, one], k) => {
        const [x2, y2, other] = corners[(k + 1) % 4]!;
        if (one! < level === other! < level) return;
        const share = (level - one!) / (other! - one!);
        crossings.push([x1 + share * (x2 - x1), y1 + share * (y2 - y1)]);
      });
      // Crossings go round the cell: from a low first corner the first and the last enclose it.
      const order = corners[0]![2]! < level ? [0, crossings.length - 1, 1, 2] : [0, 1, 2, 3];
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        segments.push([...crossings[order[k]!]!, ...crossings[order[k + 1]!]!]);
      }
    }
  }
  return segments;
}
