/** Sizes that depend on the batch, and the nodes that compute them when the model runs. */
import type { OnnxNode } from "../encodeParts.ts";

/** The number times·batch + plus. */
export interface Size {
  readonly times: number;
  readonly plus: number;
}

/** A number of any batch from what it is at three sizes, or at one; undefined where it is no straight line of the batch. */
export function sizeOfAny(numbers: readonly number[], batches: readonly number[]): number | Size | undefined {
  const [first, second] = numbers as [number, number];
  if (numbers.every((n) => n === first)) return first;
  const times = (second - first) / (batches[1]! - batches[0]!);
  const plus = first - times * batches[0]!;
  const fits = numbers.every((n, i) => n === times * batches[i]! + plus);
  return fits && Number.isInteger(times) ? { times, plus } : undefined;
}

/** Whether a number is the same at every batch. */
export const isFixed = (size: number | Size): size is number => typeof size === "number";

/** A size in words: `batch`, `2*batch`, `batch+1`. */
export function nameOfSize({ times, plus }: Size, batch: string): string {
  return `${times === 1 ? "" : `${times}*`}${batch}${plus === 0 ? "" : `${plus > 0 ? "+" : ""}${plus}`}`;
}

/** Adds nodes and constants to a graph. */
export interface NodeWriter {
  node(opType: string, inputs: readonly string[], attributes?: OnnxNode["attributes"]): string;
  integers(numbers: readonly number[]): string;
}

/** A vector of sizes as a tensor, from `batch`, a vector of the batch's size alone. */
export function sizesTensor(sizes: readonly (number | Size)[], batch: () => string, writer: NodeWriter): string {
  const pieces: string[] = [];
  let numbers: number[] = [];
  const flush = (): void => {
    if (numbers.length > 0) pieces.push(writer.integers(numbers));
    numbers = [];
  };
  for (const size of sizes) {
    if (isFixed(size)) {
      numbers.push(size);
      continue;
    }
    flush();
    const product = size.times === 1 ? batch() : writer.node("Mul", [batch(), writer.integers([size.times])]);
    pieces.push(size.plus === 0 ? product : writer.node("Add", [product, writer.integers([size.plus])]));
  }
  flush();
  return pieces.length === 1 ? pieces[0]! : writer.node("Concat", pieces, { axis: 0 });
}
