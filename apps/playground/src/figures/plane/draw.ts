/** The plane on a canvas. */
import { type Ink, symbolsOf } from "../../ui/svgOf.ts";
import type { Contour } from "./field.ts";
import { square } from "./landscapes.ts";
import { drawnOrder, type FieldStyle, pathStyles } from "./styles.ts";
import type { Path, Paths } from "./trajectories.ts";

const extent = square.high - square.low;
/** The side of a canvas in its pixels, and how many of them are one of the page's. */
export interface Side {
  readonly pixels: number;
  readonly ratio: number;
}

/** From the plane to the canvas. */
const across = (x: number, { pixels }: Side): number => ((x - square.low) / extent) * pixels;
const down = (y: number, { pixels }: Side): number => ((square.high - y) / extent) * pixels;

type Context = CanvasRenderingContext2D;

/** Draws a field's contours over what is there. */
export function drawField(
  context: Context,
  contours: readonly Contour[],
  { color, dash, fillOpacity, lineOpacity }: FieldStyle,
  { isFilled, ink, side }: { readonly isFilled: boolean; readonly ink: Ink; readonly side: Side },
): void {
  context.fillStyle = ink.series[color]!;
  context.strokeStyle = ink.series[color]!;
  context.lineWidth = side.ratio;
  context.setLineDash(isFilled ? [] : dash.map((length) => length * side.ratio));
  for (const { rings } of contours) {
    const region = new Path2D();
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        region[i === 0 ? "moveTo" : "lineTo"](across(ring[i]!, side), down(ring[i + 1]!, side));
      }
      region.closePath();
    }
    context.globalAlpha = fillOpacity;
    if (isFilled) context.fill(region, "evenodd");
    context.globalAlpha = lineOpacity;
    context.stroke(region);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** Draws what the gradients from number `from` to `to` add to the trails. */
export function drawTrails(context: Context, paths: Paths, from: number, to: number, ink: Ink, side: Side): void {
  drawCloud(context, paths["entropy-sgd"], from, to, ink, side);
  context.lineJoin = "round";
  for (const name of drawnOrder) {
    const { xs, ys } = paths[name];
    context.strokeStyle = ink.series[pathStyles[name].color]!;
    context.lineWidth = pathStyles[name].width * side.ratio;
    context.beginPath();
    for (let k = from; k <= to; k++) {
      context[k === from ? "moveTo" : "lineTo"](across(xs[k]!, side), down(ys[k]!, side));
    }
    context.stroke();
  }
}

/** Entropy-SGD's inner points x'. */
function drawCloud(
  context: Context,
  { gradientXs, gradientYs }: Path,
  from: number,
  to: number,
  ink: Ink,
  side: Side,
): void {
  context.fillStyle = ink.series[pathStyles["entropy-sgd"].color]!;
  context.globalAlpha = 0.25;
  const size = 2.5 * side.ratio;
  for (let k = from; k < to; k++) {
    context.fillRect(across(gradientXs[k]!, side) - size / 2, down(gradientYs[k]!, side) - size / 2, size, size);
  }
  context.globalAlpha = 1;
}

/** Draws where the optimizers are after `at` gradients. */
export function drawHeads(context: Context, paths: Paths, at: number, ink: Ink, side: Side): void {
  for (const name of drawnOrder) {
    const { color, symbol } = pathStyles[name];
    const { xs, ys } = paths[name];
    const outline = symbolsOf(
      { name, color, symbol, size: 6 * side.ratio, xs: [xs[at]!], ys: [ys[at]!] },
      (x) => across(x, side),
      (y) => down(y, side),
    );
    const shape = new Path2D(outline);
    context.fillStyle = ink.series[color]!;
    context.fill(shape);
    context.lineWidth = 1.5 * side.ratio;
    context.strokeStyle = ink.surface;
    context.stroke(shape);
  }
}
