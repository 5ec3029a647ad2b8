/** The canvas with fields and paths, the start that can be dragged, and the values under the pointer. */
import { batch, effect, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { shownNumber } from "../../ui/numbers.ts";
import { ink } from "../../ui/palette.ts";
import { drawField, drawHeads, drawTrails, type Side } from "./draw.ts";
import { planeKnobs } from "./knobs.ts";
import { type Point, square } from "./landscapes.ts";
import { fields, paths, shownGradients } from "./signals.ts";
import { fieldStyles, fieldsShown } from "./styles.ts";

const { x, y, shown } = planeKnobs.values;
const extent = square.high - square.low;
const within = (value: number): number => Number(Math.min(square.high, Math.max(square.low, value)).toFixed(3));

/** Moves the start. */
function moveTo([toX, toY]: Point): void {
  batch(() => {
    x.value = within(toX);
    y.value = within(toY);
  });
}

/** Arrows move the start by a twentieth, with the shift key by a quarter. */
function onKeyDown(event: KeyboardEvent): void {
  const step = event.shiftKey ? 0.25 : 0.05;
  const moves: Readonly<Record<string, Point>> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, step],
    ArrowDown: [0, -step],
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  moveTo([x.value + move[0], y.value + move[1]]);
}

/** Draws, each time that something of it changes, what has changed. */
function keptDrawn(canvas: HTMLCanvasElement): () => void {
  const [background, trails] = [new OffscreenCanvas(1, 1), new OffscreenCanvas(1, 1)];
  const context = canvas.getContext("2d")!;
  let side: Side = { pixels: 0, ratio: 1 };
  let drawnPaths: unknown = null;
  let drawnTo = 0;
  const clearTrails = (): void => {
    trails.getContext("2d")!.clearRect(0, 0, side.pixels, side.pixels);
    drawnTo = 0;
  };
  const drawBackground = (): void => {
    const over = background.getContext("2d")!;
    over.fillStyle = ink.value.surface;
    over.fillRect(0, 0, side.pixels, side.pixels);
    const now = fields.value;
    for (const [i, name] of fieldsShown(shown.value).entries()) {
      if (now !== null)
        drawField(over, now[name].contours, fieldStyles[name], { isFilled: i === 0, ink: ink.value, side });
    }
  };
  const drawPaths = (): void => {
    const [now, at] = [paths.value?.paths ?? null, shownGradients.value];
    if (now !== drawnPaths || at < drawnTo) clearTrails();
    drawnPaths = now;
    context.drawImage(background, 0, 0);
    if (now === null) return;
    drawTrails(trails.getContext("2d")!, now, drawnTo, at, ink.value, side);
    drawnTo = at;
    context.drawImage(trails, 0, 0);
    drawHeads(context, now, at, ink.value, side);
  };
  const resize = (): void => {
    const pixels = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    side = { pixels, ratio: devicePixelRatio };
    for (const own of [canvas, background, trails]) [own.width, own.height] = [pixels, pixels];
    clearTrails();
  };
  resize();
  let isDrawn = false;
  const ends = [
    effect(() => {
      drawBackground();
      clearTrails();
      if (isDrawn) drawPaths();
    }),
    effect(drawPaths),
  ];
  isDrawn = true;
  const sizes = new ResizeObserver(() => {
    resize();
    drawBackground();
    drawPaths();
  });
  sizes.observe(canvas);
  return () => {
    for (const end of ends) end();
    sizes.disconnect();
  };
}

/** The plane. */
export function PlaneCanvas({ pointer }: { readonly pointer: Signal<Point | null> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => keptDrawn(canvas.current!), []);
  const pointAt = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    return [square.low + ((clientX - left) / width) * extent, square.high - ((clientY - top) / height) * extent];
  };
  const share = (value: number): string => `${(100 * (value - square.low)) / extent}%`;
  return (
    <div class="plane">
      <canvas
        ref={canvas}
        role="img"
        aria-label="Contours over the plane, and the paths of four optimizers; the table below has their ends"
        onPointerMove={(event) => (pointer.value = pointAt(event))}
        onPointerLeave={() => (pointer.value = null)}
      />
      <button
        type="button"
        class="start"
        aria-label={`Start, at x ${shownNumber(x.value)}, y ${shownNumber(y.value)}: drag it, or move it by the arrow keys`}
        style={{ left: share(x.value), bottom: share(y.value) }}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) moveTo(pointAt(event));
        }}
      />
    </div>
  );
}
