/**
 * The order of numbers here and in TensorFlow.js: images have their channels first here, [batch × channels × rows × columns], and
 * last there. Tensors of other ranks are the same, but rows of flattened images, whose numbers stay in the order of channels here:
 * the weights of the next layer are reordered instead.
 */
import { reshape, sizeOf, transpose, type Value } from "onnx-grad";
import type { LayersModel } from "./layersModel.ts";

/** A tensor while a model is read. */
export interface LayerTensor {
  readonly value: Value;
  /** Of rows of flattened images: how many channels these had. Number p·channels + c there is number c·places + p here. */
  readonly channels?: number;
}

/** How the numbers of a weight that is stored there are reordered: seen with the shape `from`, its axes permuted, given another shape. */
export interface Order {
  readonly from: readonly number[];
  readonly permutation: readonly number[];
  readonly shape: readonly number[];
}

/** The order of a weight that is stored as it is used. */
export function asStored(shape: readonly number[]): Order {
  return { from: shape, permutation: shape.map((_, axis) => axis), shape };
}

/** The order of a weight whose first axis runs over the numbers of `row`. */
export function alongRow({ value, channels }: LayerTensor, shape: readonly number[]): Order {
  if (channels === undefined) return asStored(shape);
  const rest = sizeOf(shape.slice(1));
  return { from: [value.shape[1]! / channels, channels, rest], permutation: [1, 0, 2], shape };
}

/** The stored numbers in the order of their use. */
export function reordered(data: ArrayLike<number>, { from, permutation }: Order): Float32Array {
  const out = new Float32Array(data.length);
  eachPlace(from, permutation, (here, there) => {
    out[here] = data[there]!;
  });
  return out;
}

/** The inverse of `reordered`. */
export function reorderedBack(data: ArrayLike<number>, { from, permutation }: Order): Float32Array {
  const out = new Float32Array(data.length);
  eachPlace(from, permutation, (here, there) => {
    out[there] = data[here]!;
  });
  return out;
}

/** The places of each element of a tensor of shape `from` after (`here`) and before (`there`) its axes are permuted. */
function eachPlace(
  from: readonly number[],
  permutation: readonly number[],
  use: (here: number, there: number) => void,
): void {
  const strides = permutation.map((axis) => sizeOf(from.slice(axis + 1)));
  const sizes = permutation.map((axis) => from[axis]!);
  const at = sizes.map(() => 0);
  let there = 0;
  for (let here = 0; here < sizeOf(from); here++) {
    use(here, there);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      at[axis]!++;
      there += strides[axis]!;
      if (at[axis]! < sizes[axis]!) break;
      there -= sizes[axis]! * strides[axis]!;
      at[axis] = 0;
    }
  }
}

/** The value with its numbers in the order and its axes in the places that they have there. */
export function asThere({ value, channels }: LayerTensor): Value {
  const [batch, size] = value.shape as [number, number];
  if (channels !== undefined)
    return reshape(transpose(reshape(value, [batch, channels, size / channels]), [0, 2, 1]), [batch, size]);
  return value.shape.length === 4 ? transpose(value, [0, 2, 3, 1]) : value;
}

/** The tensor of a value as it is there. */
export function asHere(value: Value): LayerTensor {
  return { value: value.shape.length === 4 ? transpose(value, [0, 3, 1, 2]) : value };
}

/** Images as rows [batch × size]; rows stay as they are. */
export function flattened(x: LayerTensor): LayerTensor {
  const { value } = x;
  const [batch, channels, ...places] = value.shape as [number, number, ...number[]];
  if (value.shape.length === 2) return x;
  const rows = reshape(value, [batch, -1]);
  const isSame = value.shape.length !== 4 || channels === 1 || sizeOf(places) === 1;
  return isSame ? { value: rows } : { value: rows, channels };
}

/** The axis here of an axis there, of a tensor of so many axes; negative ones count from the end. */
export function axisHere(axis: number, rank: number): number {
  const there = axis < 0 ? axis + rank : axis;
  return rank === 4 ? [0, 2, 3, 1][there]! : there;
}

/** The shape of one example in the order that it has here. */
export function inputShapeOf({ inputs }: LayersModel): readonly number[] {
  const sizes = inputs[0]!.shape.slice(1) as number[];
  const [rows, columns, channels] = sizes as [number, number, number];
  return sizes.length === 3 ? [channels, rows, columns] : sizes;
}
