/** Pooling in plain loops, plane by plane. */
import { type Node, type PoolWindow, type Shape, sizeOf } from "../graph/value.ts";
import { type FloatArray, type Precision, zeros } from "./arrays.ts";

/** Calls `visit(plane, out, at)` for each input position `at` (in its plane) of each output position `out` (overall); padding is passed over. */
function walkWindows(
  input: Shape,
  output: Shape,
  { size, stride, padding, dilation }: PoolWindow,
  visit: (plane: number, out: number, at: number) => void,
): void {
  const [, , height, width] = input as [number, number, number, number];
  const [batch, channels, rows, columns] = output as [number, number, number, number];
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const out = (plane * rows + i) * columns + j;
        for (let u = 0; u < size[0]; u++) {
          const row = i * stride[0] + u * dilation[0] - padding[0];
          if (row < 0 || row >= height) continue;
          for (let v = 0; v < size[1]; v++) {
            const column = j * stride[1] + v * dilation[1] - padding[1];
            if (column >= 0 && column < width) visit(plane * height * width, out, row * width + column);
          }
        }
      }
    }
  }
}

export function maxPoolPositions(value: Node<"maxPoolIndices">, [x]: readonly FloatArray[]): FloatArray {
  const positions = new Float64Array(sizeOf(value.shape)).fill(-1);
  walkWindows(value.inputs[0]!.shape, value.shape, value.attributes, (plane, out, at) => {
    const best = positions[out]!;
    // A NaN is larger than every number and stays.
    const isLarger = x![plane + at]! > x![plane + best]! || Number.isNaN(x![plane + at]!);
    if (best < 0 || (isLarger && !Number.isNaN(x![plane + best]!))) positions[out] = at;
  });
  return positions;
}

export function gatherPlane(
  value: Node<"poolGather">,
  [x, positions]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const [, , height, width] = value.inputs[0]!.shape as [number, number, number, number];
  const out = zeros(precision, positions!.length);
  const perPlane = value.shape[2]! * value.shape[3]!;
  for (let i = 0; i < out.length; i++) out[i] = x![Math.floor(i / perPlane) * height * width + positions![i]!]!;
  return out;
}

export function scatterPlane(
  value: Node<"poolScatter">,
  [y, positions]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const [, , height, width] = value.shape as [number, number, number, number];
  const { shape } = value.inputs[0]!;
  const out = zeros(precision, sizeOf(value.shape));
  const perPlane = shape[2]! * shape[3]!;
  for (let i = 0; i < y!.length; i++) out[Math.floor(i / perPlane) * height * width + positions![i]!]! += y![i]!;
  return out;
}

export function averagePoolInto(
  value: Node<"averagePool">,
  [x]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const sums = new Float64Array(sizeOf(value.shape));
  const scale = 1 / (value.attributes.size[0] * value.attributes.size[1]);
  walkWindows(value.inputs[0]!.shape, value.shape, value.attributes, (plane, out, at) => {
    sums[out]! += x![plane + at]! * scale;
  });
  return precision === "float64" ? sums : Float32Array.from(sums);
}

export function averagePoolAdjointInto(
  value: Node<"averagePoolGradient">,
  [y]: readonly FloatArray[],
  precision: Precision,
): FloatArray {
  const sums = new Float64Array(sizeOf(value.shape));
  const scale = 1 / (value.attributes.size[0] * value.attributes.size[1]);
  walkWindows(value.shape, value.inputs[0]!.shape, value.attributes, (plane, out, at) => {
    sums[plane + at]! += y![out]! * scale;
  });
  return precision === "float64" ? sums : Float32Array.from(sums);
}
