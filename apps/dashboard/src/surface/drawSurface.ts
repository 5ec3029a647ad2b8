/** Draws the surface in its box on a canvas. */
import { themeColor } from "../charts/theme.ts";
import { significant, tickLabel } from "../text/numbers.ts";
import { type Camera, type Point3, type Projected, projection } from "./camera.ts";
import { colorOf } from "./colorScale.ts";
import { type LossGrid, lossAt } from "./lossGrid.ts";
import { boxHeight, placed, sceneOf, type Vertex } from "./scene.ts";

/** What is drawn and how. */
export interface View {
  readonly grid: LossGrid;
  readonly camera: Camera;
  readonly isLog: boolean;
  readonly width: number;
  readonly height: number;
}

/** Draws, and gives the points of the grid as they are seen. */
export function drawSurface(context: CanvasRenderingContext2D, view: View): readonly Vertex[] {
  const { grid, camera, isLog, width, height } = view;
  const { faces, vertices } = sceneOf(grid, camera, isLog, width, height);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.lineJoin = "round";
  drawFloor(context, view);
  context.lineWidth = 0.6;
  for (const { corners, height: at } of faces) {
    context.beginPath();
    for (const { x, y } of corners) context.lineTo(x, y);
    context.closePath();
    context.fillStyle = colorOf(at);
    context.strokeStyle = "rgba(110,110,110,0.55)";
    context.fill();
    context.stroke();
  }
  drawAxes(context, view);
  drawSolutions(context, view);
  return vertices;
}

const floor = -boxHeight / 2;
const ceiling = boxHeight / 2;

function drawFloor(context: CanvasRenderingContext2D, { camera, width, height }: View): void {
  const project = projection(camera, width, height);
  context.beginPath();
  for (const [x, y] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const) {
    const at = project([x, y, floor]);
    context.lineTo(at.x, at.y);
  }
  context.closePath();
  context.strokeStyle = themeColor("--quiet");
  context.lineWidth = 1;
  context.stroke();
}

/** An edge of the box with its values: where it starts and ends, what is written, and how many values. */
interface Edge {
  readonly from: Point3;
  readonly to: Point3;
  readonly label: string;
  readonly texts: readonly string[];
}

/** The two edges of the floor that are nearest to the eye, and an upright one at the left, each with its values. */
function drawAxes(context: CanvasRenderingContext2D, { grid, camera, isLog, width, height }: View): void {
  const project = projection(camera, width, height);
  const center = project([0, 0, floor]);
  const depthAt = (x: number, y: number): number => project([x, y, floor]).depth;
  const [nearY, nearX] = [depthAt(0, -1) < depthAt(0, 1) ? -1 : 1, depthAt(-1, 0) < depthAt(1, 0) ? -1 : 1];
  const ends = (values: readonly number[]): string[] =>
    [values[0]!, (values[0]! + values.at(-1)!) / 2, values.at(-1)!].map(tickLabel);
  drawEdge(context, project, center, {
    from: [-1, nearY, floor],
    to: [1, nearY, floor],
    label: grid.xLabel,
    texts: ends(grid.xs),
  });
  drawEdge(context, project, center, {
    from: [nearX, -1, floor],
    to: [nearX, 1, floor],
    label: grid.yLabel,
    texts: ends(grid.ys),
  });
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const;
  const xOf = ([x, y]: (typeof corners)[number]): number => project([x, y, 0]).x;
  const [x, y] = corners.reduce((left, one) => (xOf(one) < xOf(left) ? one : left));
  // Seen from above the upright edges are points.
  if (camera.elevation > 75) return;
  drawEdge(context, project, center, {
    from: [x, y, floor],
    to: [x, y, ceiling],
    label: "training loss",
    texts: [0, 0.5, 1].map((at) => significant(lossAt(grid, isLog)(at), 3)),
  });
}

function drawEdge(
  context: CanvasRenderingContext2D,
  project: (point: Point3) => Projected,
  center: Projected,
  { from, to, label, texts }: Edge,
): void {
  const [start, end] = [project(from), project(to)];
  context.strokeStyle = context.fillStyle = themeColor("--ink");
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
  context.stroke();
  const middle = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
  const isUpright = from[2] !== to[2];
  // Outwards from the box.
  const [dx, dy] = isUpright ? [-1, 0] : [middle.x - center.x, middle.y - center.y];
  const length = Math.hypot(dx, dy) || 1;
  const [outX, outY] = [dx / length, dy / length];
  context.textAlign = Math.abs(outX) < 0.35 ? "center" : outX < 0 ? "right" : "left";
  context.textBaseline = "middle";
  const write = (text: string, x: number, y: number): void => {
    // All of it on the canvas, also where the canvas is narrow.
    const { width } = context.measureText(text);
    const { textAlign } = context;
    const left = textAlign === "center" ? x - width / 2 : textAlign === "right" ? x - width : x;
    const right = context.canvas.clientWidth - width - 2;
    context.textAlign = "left";
    context.fillText(text, Math.max(2, Math.min(left, right)), y);
    context.textAlign = textAlign;
  };
  texts.forEach((text, i) => {
    const share = i / (texts.length - 1);
    const at = { x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y) };
    write(text, at.x + 10 * outX, at.y + 12 * outY);
  });
  if (isUpright) write(label, end.x + 10 * outX, end.y - 18);
  else write(label, middle.x + 28 * outX, middle.y + 34 * outY);
}

function drawSolutions(context: CanvasRenderingContext2D, { grid, camera, isLog, width, height }: View): void {
  const project = projection(camera, width, height);
  const place = placed(grid, isLog);
  const row = nearestIndex(grid.ys, 0);
  for (const { x, name } of grid.solutions) {
    const loss = grid.losses[row]![nearestIndex(grid.xs, x)];
    if (loss === null || loss === undefined) continue;
    const at = project(place(x, 0, loss));
    context.beginPath();
    context.arc(at.x, at.y, 4, 0, 2 * Math.PI);
    context.fillStyle = "#000000";
    context.strokeStyle = "#ffffff";
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.lineWidth = 4;
    context.strokeText(name, at.x, at.y - 7);
    context.fillText(name, at.x, at.y - 7);
  }
}

/** The place of the value that is nearest to another. */
function nearestIndex(values: readonly number[], to: number): number {
  return values.reduce((best, value, i) => (Math.abs(value - to) < Math.abs(values[best]! - to) ? i : best), 0);
}
