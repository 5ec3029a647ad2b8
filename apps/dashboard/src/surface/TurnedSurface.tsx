/** The surface in three dimensions, which drag, wheel, keys and buttons turn. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../text/announce.ts";
import { fixed, significant, tickLabel } from "../text/numbers.ts";
import { firstCamera, moved } from "./camera.ts";
import { drawSurface } from "./drawSurface.ts";
import type { LossGrid } from "./lossGrid.ts";
import { nearestVertex, type Vertex } from "./scene.ts";
import { useCanvas } from "./useCanvas.ts";

interface TurnedSurfaceProps {
  readonly grid: LossGrid;
  readonly isLog: boolean;
  readonly title: string;
}

const degreesPerPixel = 0.4;
const degreesPerKey = 5;
const zoomPerKey = 1.15;

/** A surface that turns. */
export function TurnedSurface({ grid, isLog, title }: TurnedSurfaceProps) {
  const camera = useSignal(firstCamera);
  const readout = useSignal("");
  const vertices = useRef<readonly Vertex[]>([]);
  const canvas = useCanvas(
    (context, width, height) => {
      vertices.current = drawSurface(context, { grid, camera: camera.value, isLog, width, height });
    },
    [grid, isLog, camera.value],
    heightOfSurface,
  );
  const turn = (...by: [turn: number, tilt: number, factor?: number]): void => {
    camera.value = moved(camera.value, ...by);
  };
  const read = (event: PointerEvent): void => {
    const at = nearestVertex(vertices.current, event.offsetX, event.offsetY);
    readout.value =
      at === null
        ? ""
        : `(${tickLabel(grid.xs[at.i]!)}, ${tickLabel(grid.ys[at.j]!)}): loss ${significant(grid.losses[at.j]![at.i])}`;
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (event.buttons === 0) read(event);
    else turn(degreesPerPixel * event.movementX, degreesPerPixel * event.movementY);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = keys[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (move === "reset") camera.value = firstCamera;
    else turn(...move);
    const { azimuth, elevation } = camera.value;
    announce(`Turned to ${fixed(azimuth, 0)} degrees, seen from ${fixed(elevation, 0)} degrees above`);
  };
  useEffect(() => {
    // The page scrolls by the wheel unless the surface has the focus.
    const element = canvas.current!.parentElement!;
    const onWheel = (event: WheelEvent): void => {
      if (document.activeElement !== element) return;
      event.preventDefault();
      turn(0, 0, event.deltaY < 0 ? zoomPerKey : 1 / zoomPerKey);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });

  const { azimuth, elevation, zoom } = camera.value;
  return (
    <div>
      <div
        class="turned"
        role="application"
        aria-roledescription="surface"
        aria-label={`${title}: training loss over two directions. Arrow keys turn, plus and minus zoom, 0 resets; the table has the numbers.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys, which turn it
        tabIndex={0}
        data-camera={`${fixed(azimuth, 1)} ${fixed(elevation, 1)} ${fixed(zoom, 2)}`}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
      >
        <canvas ref={canvas} />
      </div>
      <div class="controls">
        <span class="buttons">
          <button type="button" aria-label="Turn left" onClick={() => turn(-15, 0)}>
            ↺
          </button>
          <button type="button" aria-label="Turn right" onClick={() => turn(15, 0)}>
            ↻
          </button>
          <button type="button" aria-label="From higher" onClick={() => turn(0, 10)}>
            ↑
          </button>
          <button type="button" aria-label="From lower" onClick={() => turn(0, -10)}>
            ↓
          </button>
          <button type="button" aria-label="Nearer" onClick={() => turn(0, 0, 1.25)}>
            +
          </button>
          <button type="button" aria-label="Farther" onClick={() => turn(0, 0, 0.8)}>
            −
          </button>
          <button
            type="button"
            onClick={() => {
              camera.value = firstCamera;
            }}
          >
            Reset
          </button>
        </span>
        <span class="note">{readout}</span>
      </div>
    </div>
  );
}

const keys: Readonly<Record<string, "reset" | readonly [turn: number, tilt: number, factor?: number]>> = {
  ArrowLeft: [-degreesPerKey, 0],
  ArrowRight: [degreesPerKey, 0],
  ArrowUp: [0, degreesPerKey],
  ArrowDown: [0, -degreesPerKey],
  "+": [0, 0, zoomPerKey],
  "=": [0, 0, zoomPerKey],
  "-": [0, 0, 1 / zoomPerKey],
  "0": "reset",
  Home: "reset",
};

const heightOfSurface = (width: number): number => Math.max(260, Math.min(0.72 * width, 520));
