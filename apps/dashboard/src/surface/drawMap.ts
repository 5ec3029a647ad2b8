/** Draws the surface as a map: colours and lines of equal loss. */
import { themeColor } from "../charts/theme.ts";
import { significant, tickLabel } from "../text/numbers.ts";
import { colorOf } from "./colorScale.ts";
import { contour } from "./contours.ts";
import type { View } from "./drawSurface.ts";
import { heightOf, lossAt } from "./lossGrid.ts";

const numLevels = 9;
const margin = { left: 52, right: 14, top: 12, bottom: 44 } as const;

/** Draws the map. */
export function drawMap(context: CanvasRenderingContext2D, view: Omit<View, "camera">): void {
  const { grid, isLog, width, height } = view;
  const { xs, ys } = grid;
  const across = (x: number): number =>
    margin.left + ((x - xs[0]!) / (xs.at(-1)! - xs[0]!)) * (width - margin.left - margin.right);
  const up = (y: number): number =>
    height - margin.bottom - ((y - ys[0]!) / (ys.at(-1)! - ys[0]!)) * (height - margin.top - margin.bottom);
  const heightAt = heightOf(grid, isLog);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < xs.length; i++) {
      const corners = [grid.losses[j]![i], grid.losses[j]![i + 1], grid.losses[j + 1]![i], grid.losses[j + 1]![i + 1]];
      const known = corners.filter((loss) => loss !== null && loss !== undefined);
      if (known.length < 4) continue;
      context.fillStyle = colorOf(known.reduce((sum, loss) => sum + heightAt(loss), 0) / 4);
      const [left, top] = [Math.floor(across(xs[i]!)), Math.floor(up(ys[j + 1]!))];
      context.fillRect(left, top, Math.ceil(across(xs[i + 1]!)) - left, Math.ceil(up(ys[j]!)) - top);
    }
  }
  drawLevels(context, view, across, up);
  drawFrame(context, view, across, up);
}

type Place = (value: number) => number;

function drawLevels(
  context: CanvasRenderingContext2D,
  { grid, isLog }: Omit<View, "camera">,
  across: Place,
  up: Place,
) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let level = 1; level <= numLevels; level++) {
    const share = level / (numLevels + 1);
    const loss = lossAt(grid, isLog)(share);
    const segments = contour(grid, loss);
    context.beginPath();
    for (const [x1, y1, x2, y2] of segments) {
      context.moveTo(across(x1), up(y1));
      context.lineTo(across(x2), up(y2));
    }
    context.strokeStyle = share < 0.5 ? "#000000" : "#ffffff";
    context.lineWidth = 1;
    context.stroke();
    const middle = segments[Math.floor(segments.length / 2)];
    if (level % 2 === 0 || middle === undefined) continue;
    const [x, y, text] = [across(middle[0]), up(middle[1]), significant(loss, 3)];
    context.lineWidth = 3;
    context.strokeStyle = share < 0.5 ? "#ffffff" : "#000000";
    context.fillStyle = share < 0.5 ? "#000000" : "#ffffff";
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

function drawFrame(
  context: CanvasRenderingContext2D,
  { grid, height }: Omit<View, "camera">,
  across: Place,
  up: Place,
) {
  const { xs, ys, solutions, xLabel, yLabel } = grid;
  for (const { x } of solutions) {
    context.beginPath();
    context.arc(across(x), up(0), 4, 0, 2 * Math.PI);
    context.fillStyle = "#000000";
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
  context.fillStyle = themeColor("--ink");
  context.textAlign = "center";
  context.textBaseline = "top";
  const three = (values: readonly number[]) => [values[0]!, (values[0]! + values.at(-1)!) / 2, values.at(-1)!];
  for (const x of three(xs)) context.fillText(tickLabel(x), across(x), height - margin.bottom + 6);
  context.fillText(xLabel, across((xs[0]! + xs.at(-1)!) / 2), height - margin.bottom + 24);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const y of three(ys)) context.fillText(tickLabel(y), margin.left - 6, up(y));
  context.save();
  context.translate(12, up((ys[0]! + ys.at(-1)!) / 2));
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText(yLabel, 0, 0);
  context.restore();
}
