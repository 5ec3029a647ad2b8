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

/** What lies over each other: fields, trails, and where the optimizers are. Each is drawn when something of it changes. */
function keptDrawn(layers: readonly HTMLCanvasElement[]): () => void {
  const [background, trails, heads] = layers.map((canvas) => canvas.getContext("2d")!) as [Layer, Layer, Layer];
  let side: Side = { pixels: 0, ratio: 1 };
  let drawnPaths: unknown = null;
  let drawnTo = 0;
  const clear = (layer: Layer): void => layer.clearRect(0, 0, side.pixels, side.pixels);
  const drawBackground = (): void => {
    const [now, colors] = [fields.value, ink.value];
    clear(background);
    for (const [i, name] of fieldsShown(shown.value).entries()) {
      const options = { isFilled: i === 0, ink: colors, side };
      if (now !== null) drawField(background, now[name].contours, fieldStyles[name], options);
    }
  };
  const drawPaths = (isNew: boolean): void => {
    const [now, at, colors] = [paths.value?.paths ?? null, shownGradients.value, ink.value];
    if (isNew || now !== drawnPaths || at < drawnTo) {
      clear(trails);
      drawnTo = 0;
    }
    drawnPaths = now;
    clear(heads);
    if (now === null) return;
    if (at > drawnTo) drawTrails(trails, now, drawnTo, at, colors, side);
    drawnTo = at;
    drawHeads(heads, now, at, colors, side);
  };
  const resize = (): void => {
    const pixels = Math.max(1, Math.round(layers[0]!.clientWidth * devicePixelRatio));
    side = { pixels, ratio: devicePixelRatio };
    for (const own of layers) [own.width, own.height] = [pixels, pixels];
  };
  resize();
  let drawnInk: unknown = null;
  const ends = [
    effect(drawBackground),
    effect(() => {
      drawPaths(drawnInk !== ink.value);
      drawnInk = ink.value;
    }),
  ];
  const sizes = new ResizeObserver(() => {
    resize();
    drawBackground();
    drawPaths(true);
  });
  sizes.observe(layers[0]!);
  return () => {
    for (const end of ends) end();
    sizes.disconnect();
  };
}

type Layer = CanvasRenderingContext2D;

/** The plane. */
export function PlaneCanvas({ pointer }: { readonly pointer: Signal<Point | null> }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => keptDrawn([...place.current!.querySelectorAll("canvas")]), []);
  const pointAt = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = place.current!.getBoundingClientRect();
    return [square.low + ((clientX - left) / width) * extent, square.high - ((clientY - top) / height) * extent];
  };
  const share = (value: number): string => `${(100 * (value - square.low)) / extent}%`;
  return (
    <div class="plane">
      <div
        ref={place}
        class="layers"
        role="img"
        aria-label="Contours over the plane, and the paths of four optimizers; the table below has their ends"
        onPointerMove={(event) => (pointer.value = pointAt(event))}
        onPointerLeave={() => (pointer.value = null)}
      >
        <canvas />
        <canvas />
        <canvas />
      </div>
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
