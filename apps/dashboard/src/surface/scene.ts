/** The surface as what is drawn, from far to near. */
import { type Camera, type Point3, type Projected, projection } from "./camera.ts";
import { heightOf, type LossGrid } from "./lossGrid.ts";

/** A cell of the surface on the screen, its corners in turn. */
export interface Face {
  readonly corners: readonly Projected[];
  readonly depth: number;
  /** Mean height of its corners, 0 … 1: its colour. */
  readonly height: number;
}

/** A point of the grid on the screen. */
export interface Vertex extends Projected {
  readonly i: number;
  readonly j: number;
}

/** How high the box is; its base is 2 by 2. */
export const boxHeight = 1.1;

/** The place of a point in the box: x and y over their ranges, the loss by its height. */
export function placed(grid: LossGrid, isLog: boolean): (x: number, y: number, loss: number) => Point3 {
  const height = heightOf(grid, isLog);
  const across = (values: readonly number[], value: number): number =>
    -1 + (2 * (value - values[0]!)) / (values.at(-1)! - values[0]!);
  return (x, y, loss) => [across(grid.xs, x), across(grid.ys, y), boxHeight * (height(loss) - 0.5)];
}

/** Vertices and faces; cells with a corner whose loss is not finite are left out. O(n log n) in the points of the grid. */
export function sceneOf(grid: LossGrid, camera: Camera, isLog: boolean, width: number, height: number) {
  const place = placed(grid, isLog);
  const project = projection(camera, width, height);
  const heightAt = heightOf(grid, isLog);
  const rows = grid.losses.map((row, j) =>
    row.map((loss, i): (Vertex & { readonly height: number }) | null =>
      loss === null ? null : { ...project(place(grid.xs[i]!, grid.ys[j]!, loss)), i, j, height: heightAt(loss) },
    ),
  );
  const faces: Face[] = [];
  for (let j = 0; j + 1 < rows.length; j++) {
    for (let i = 0; i + 1 < grid.xs.length; i++) {
      const corners = [rows[j]![i], rows[j]![i + 1], rows[j + 1]![i + 1], rows[j + 1]![i]].flatMap((at) => at ?? []);
      if (corners.length < 4) continue;
      const mean = (of: (corner: (typeof corners)[number]) => number): number =>
        corners.reduce((sum, corner) => sum + of(corner), 0) / 4;
      faces.push({ corners, depth: mean(({ depth }) => depth), height: mean((corner) => corner.height) });
    }
  }
  faces.sort((a, b) => b.depth - a.depth);
  const vertices: Vertex[] = rows.flatMap((row) => row.flatMap((vertex) => vertex ?? []));
  return { faces, vertices };
}

/** The point of the grid that is nearest to a place on the screen, the nearer to the eye of two; null where none is near. */
export function nearestVertex(vertices: readonly Vertex[], x: number, y: number, within = 24): Vertex | null {
  let [best, least] = [null as Vertex | null, within ** 2];
  for (const vertex of vertices) {
    const distance = (vertex.x - x) ** 2 + (vertex.y - y) ** 2;
    if (distance < least - 4 || (best !== null && Math.abs(distance - least) <= 4 && vertex.depth < best.depth)) {
      [best, least] = [vertex, distance];
    }
  }
  return best;
}
