/** The surface seen from above, with lines of equal loss. */
import { drawMap } from "./drawMap.ts";
import type { LossGrid } from "./lossGrid.ts";
import { useCanvas } from "./useCanvas.ts";

interface SurfaceMapProps {
  readonly grid: LossGrid;
  readonly isLog: boolean;
  readonly title: string;
}

/** A map. */
export function SurfaceMap({ grid, isLog, title }: SurfaceMapProps) {
  const canvas = useCanvas(
    (context, width, height) => drawMap(context, { grid, isLog, width, height }),
    [grid, isLog],
    heightOfMap,
  );
  return (
    <canvas
      ref={canvas}
      class="map"
      role="img"
      aria-label={`${title}: lines of equal training loss; the table has the numbers`}
    />
  );
}

const heightOfMap = (width: number): number => Math.min(width, 480);
