/** Class probabilities over the plane with the training points, on a canvas. */
import { useEffect, useRef } from "preact/hooks";
import { ink } from "../../ui/palette.ts";
import { type Field, fieldShape } from "./fields.ts";
import type { Beginning } from "./session.ts";

/** Colours of the classes: of the palette, apart from those of the two main optimizers. */
export const classColors = [2, 4, 3, 5, 8, 0, 1, 6];

/** Pixels. */
const [width, height] = [480, 360];

/** One optimizer's field. */
export function FieldMap({
  field,
  plane,
  classes,
  description,
}: {
  readonly field: Field;
  readonly plane: NonNullable<Beginning["plane"]>;
  readonly classes: readonly string[];
  readonly description: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = ink.value;
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    drawField(context, field.probabilities, classes.length, colors.series);
    drawPoints(context, plane, colors);
  }, [field, plane, colors]);
  return <canvas ref={canvas} class="field" width={width} height={height} role="img" aria-label={description} />;
}

const numbersOf = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** Each point has its classes' colours mixed by their probabilities. */
function drawField(
  context: CanvasRenderingContext2D,
  probabilities: Float32Array,
  numClasses: number,
  series: readonly string[],
): void {
  const palette = Array.from({ length: numClasses }, (_, c) =>
    numbersOf(series[classColors[c % classColors.length]!]!),
  );
  const image = new ImageData(fieldShape.columns, fieldShape.rows);
  for (let i = 0; i < fieldShape.columns * fieldShape.rows; i++) {
    for (const channel of [0, 1, 2]) {
      let mixed = 0;
      for (let c = 0; c < numClasses; c++) mixed += probabilities[i * numClasses + c]! * palette[c]![channel]!;
      image.data[4 * i + channel] = mixed;
    }
    image.data[4 * i + 3] = 255;
  }
  const small = new OffscreenCanvas(fieldShape.columns, fieldShape.rows);
  small.getContext("2d")!.putImageData(image, 0, 0);
  context.clearRect(0, 0, width, height);
  context.globalAlpha = 0.55;
  context.drawImage(small, 0, 0, width, height);
  context.globalAlpha = 1;
}

function drawPoints(
  context: CanvasRenderingContext2D,
  { extent, points, labels }: NonNullable<Beginning["plane"]>,
  { series, surface }: { readonly series: readonly string[]; readonly surface: string },
): void {
  context.lineWidth = 1;
  context.strokeStyle = surface;
  for (const [i, label] of labels.entries()) {
    const x = (width * (points[2 * i]! - extent.left)) / extent.width;
    const y = height * (1 - (points[2 * i + 1]! - extent.bottom) / extent.height);
    context.fillStyle = series[classColors[label % classColors.length]!]!;
    context.beginPath();
    // Classes differ in shape too.
    if (label % 2 === 0) context.arc(x, y, 3.5, 0, 2 * Math.PI);
    else context.rect(x - 3, y - 3, 6, 6);
    context.fill();
    context.stroke();
  }
}
