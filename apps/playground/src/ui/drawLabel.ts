/** Words on a chart's canvas, readable over curves. */
import type { Placed } from "./LineChart.tsx";
import { ink } from "./palette.ts";

/** Where and how; `x` and `y` in canvas pixels. */
export interface LabelOptions {
  readonly x: number;
  readonly y: number;
  readonly align?: CanvasTextAlign;
  /** A colour of the page, by number; that of text when absent. */
  readonly color?: number;
}

/** Draws a label with a rim of the page's background. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  { ratio }: Placed,
  text: string,
  { x, y, align = "center", color }: LabelOptions,
): void {
  const { surface, series, text: plain } = ink.peek();
  context.font = `600 ${13 * ratio}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4 * ratio;
  context.strokeStyle = surface;
  context.strokeText(text, x, y);
  context.fillStyle = color === undefined ? plain : series[color]!;
  context.fillText(text, x, y);
}
