/** What is written and drawn over the two panels. */
import { drawLabel } from "../../ui/drawLabel.ts";
import type { Placed } from "../../ui/LineChart.tsx";
import { ink } from "../../ui/palette.ts";
import type { Snapshot } from "./balls.ts";
import { colors } from "./charts.ts";
import { numPoints } from "./landscape.ts";
import type { Valleys } from "./valleysAt.ts";

/** Names beside the balls, and a line down to the minimum of −F. */
export function nameWhatIsThere(
  context: CanvasRenderingContext2D,
  at: Placed,
  curves: Valleys | null,
  balls: Snapshot | null,
): void {
  const { ratio } = at;
  if (curves !== null) {
    const [x, y] = [at.x(curves.widest), at.y(curves.smoothed[curves.widest]!)];
    const top = at.y(0.12);
    context.strokeStyle = ink.peek().series[colors.blue]!;
    context.lineWidth = 1.5 * ratio;
    context.setLineDash([2 * ratio, 4 * ratio]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, y);
    context.stroke();
    context.setLineDash([]);
    drawLabel(context, at, "minimum of −F", { x: within(x, at, 58), y: top, color: colors.blue });
  }
  if (curves === null || balls === null) return;
  const height = (x: number): number => curves.loss[Math.min(numPoints - 1, Math.max(0, Math.round(x)))]!;
  const [down, around] = [at.x(balls.sgd), at.x(balls.entropy)];
  drawLabel(context, at, "SGD", {
    x: within(down, at, 16),
    y: at.y(height(balls.sgd)) + 19 * ratio,
    color: colors.orange,
  });
  const side = around - at.x(0) < 110 * ratio ? 1 : -1;
  drawLabel(context, at, "Entropy-SGD", {
    x: around + side * 14 * ratio,
    y: at.y(height(balls.entropy)),
    align: side === 1 ? "left" : "right",
    color: colors.blue,
  });
}

/** A centre of words, `half` of whose width fits in the panel on both sides. */
function within(x: number, at: Placed, half: number): number {
  return Math.min(at.x(numPoints - 1) - half * at.ratio, Math.max(at.x(0) + half * at.ratio, x));
}

/** The edges of the neighbourhood, `distance` from the ball, with a handle each. */
export function drawEdges(
  context: CanvasRenderingContext2D,
  { x, ratio }: Placed,
  centre: number,
  distance: number,
): void {
  const { height } = context.canvas;
  const middle = 0.3 * height;
  context.strokeStyle = context.fillStyle = ink.peek().text;
  context.lineWidth = ratio;
  for (const side of [-1, 1]) {
    const at = x(centre + side * distance);
    context.globalAlpha = 0.5;
    context.beginPath();
    context.moveTo(at, 0);
    context.lineTo(at, height);
    context.stroke();
    context.globalAlpha = 1;
    context.beginPath();
    context.moveTo(at + side * 3 * ratio, middle - 7 * ratio);
    context.lineTo(at + side * 11 * ratio, middle);
    context.lineTo(at + side * 3 * ratio, middle + 7 * ratio);
    context.fill();
  }
}
