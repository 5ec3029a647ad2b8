/** Convolutions in the layout with the batch last, where that is faster, and everything between them with them. */
import type { Value } from "../graph/value.ts";
import { type ConvolutionSizes, convolutionSizes, prefersBatchLast } from "../lowering/convolutionSizes.ts";
import { batchLastShape, convolve, inputGradient, weightGradient } from "../ops/convolution.ts";
import { transpose } from "../ops/layout.ts";
import { rebuild } from "./rebuild.ts";
import { shareEqual } from "./shareEqual.ts";
import { simplify } from "./simplify.ts";
import { sinkTranspose } from "./sinkTransposes.ts";

/** Rounds after which transpositions stop where they are; graphs of the paper's networks need three. */
const maxRounds = 16;

/** The same outputs with convolutions that have the batch last where `prefersBatchLast` says so. */
export function layOutBatchLast(outputs: readonly Value[]): Value[] {
  let current = rebuild(outputs, inBatchLast);
  for (let round = 0; round < maxRounds; round++) {
    const sunk = rebuild(current, sinkTranspose);
    const next = shareEqual(simplify(sunk));
    // A graph in which no rule matches is rebuilt as itself.
    const settled = next.every((value, i) => value === current[i]);
    current = next;
    if (settled) break;
  }
  return current;
}

const toLast = (x: Value): Value => transpose(x, [1, 2, 3, 0]);
const toFirst = (x: Value): Value => transpose(x, [3, 0, 1, 2]);

/** A convolution as one with the batch last between transpositions, if it is one that gains by it. */
function inBatchLast(value: Value): Value | undefined {
  const sizes = sizesOf(value);
  if (sizes === undefined || sizes.window.batchLast || !prefersBatchLast(sizes)) return undefined;
  const [a, b] = value.inputs as [Value, Value];
  const window = { ...sizes.window, batchLast: true };
  if (value.op === "conv2d") return toFirst(convolve(toLast(a), b, window));
  if (value.op === "conv2dInputGradient") {
    return toFirst(inputGradient(toLast(a), b, batchLastShape(value.shape), window));
  }
  return weightGradient(toLast(a), toLast(b), value.shape, window);
}

function sizesOf(value: Value): ConvolutionSizes | undefined {
  const [a, b] = value.inputs as [Value, Value];
  if (value.op === "conv2d") return convolutionSizes(a.shape, b.shape, value.shape, value.attributes);
  if (value.op === "conv2dInputGradient") return convolutionSizes(value.shape, b.shape, a.shape, value.attributes);
  if (value.op === "conv2dWeightGradient") return convolutionSizes(a.shape, value.shape, b.shape, value.attributes);
  return undefined;
}
