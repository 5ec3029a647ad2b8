/** Normalisations; that of batches and dropout may be turned into those of training. */
import type { Shape, Value } from "../../../graph/value.ts";
import { normaliseBatch } from "../../../layers/batchNorm.ts";
import { add, div, mul, pow, sqrt, sub } from "../../../ops/elementwise.ts";
import { broadcastTo, pad, reshape, slice } from "../../../ops/layout.ts";
import { groupNorm, instanceNorm, layerNorm } from "../../../ops/normalisation.ts";
import { l1Norm, l2Norm } from "../../../ops/norms.ts";
import { moments } from "../../../ops/reductions.ts";
import type { NodeReader } from "../nodeReader.ts";
import { boolean, type Operators, type Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { known } from "../tensor.ts";

const number = (x: number): Value => known([x], []);

/**
 * γ (x − mean)/√(variance + ε) + β with the stored mean and variance, or with those of the batch where the option `trainable` or
 * the model itself says so.
 */
function batchNormalisation(node: NodeReader): Result[] {
  const x = node.float(0);
  const [gamma, beta] = [node.float(1), node.float(2)] as const;
  const epsilon = node.number("epsilon", 1e-5);
  const { context, trainable } = node.state;
  // Before version 14 it is the outputs of statistics that say so.
  const isOfTraining = node.opset < 14 ? node.numOutputs > 1 : node.integer("training_mode", 0) !== 0;
  const ofBatch = moments(
    x,
    x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  );
  const updated = isOfTraining ? updatedStatistics(node, ofBatch) : [];
  const isFrozen = node.state.isFrozen(gamma);
  if (trainable && !isFrozen && node.isKnown(3)) {
    const name = node.state.nameFor(node.name);
    node.state.keepStatistics(name, node.known(3), node.known(4));
    return [normaliseBatch(context, name, x, { gamma, beta, epsilon }), ...updated];
  }
  const { mean, variance } =
    isOfTraining && !isFrozen ? ofBatch : { mean: statistic(node, 3), variance: statistic(node, 4) };
  const perChannel: Shape = x.shape.map((size, axis) => (axis === 1 ? size : 1)).slice(1);
  const scale = div(reshape(gamma, perChannel), sqrt(add(reshape(variance, perChannel), number(epsilon))));
  const shift = sub(reshape(beta, perChannel), mul(reshape(mean, perChannel), scale));
  return [add(mul(x, scale), shift, node.name), ...updated];
}

/** Statistics that the model computes are values like any other; stored ones are no parameters. */
const statistic = (node: NodeReader, input: number): Value =>
  node.isKnown(input) ? node.knownValue(input) : node.float(input);

/** The running mean and variance after the batch, and before version 14 those of the batch as well. */
function updatedStatistics(node: NodeReader, ofBatch: { readonly mean: Value; readonly variance: Value }): Value[] {
  const momentum = node.number("momentum", 0.9);
  const [mean, variance] = [ofBatch.mean, ofBatch.variance].map((value) => reshape(value, node.shape(3))) as [
    Value,
    Value,
  ];
  const moved = (input: number, by: Value): Value =>
    add(mul(statistic(node, input), number(momentum)), mul(by, number(1 - momentum)));
  return [moved(3, mean), moved(4, variance), mean, variance];
}

/** x as it is, or times a mask in the training of a trainable one. */
function dropout(node: NodeReader): Result[] {
  const { context, trainable } = node.state;
  const x = node.tensor(0);
  const rate = node.opset < 12 ? node.number("ratio", 0.5) : node.has(1) ? (node.known(1)[0] ?? 0.5) : 0.5;
  const isOn = trainable && context.mode === "training" && rate > 0;
  if (node.has(2) && node.known(2)[0] !== 0 && !trainable && rate > 0)
    throw unsupported("training_mode true is not supported without the option trainable");
  if (isOn && !(rate < 1)) throw new Error(`the ratio must be in [0, 1), got ${rate}`);
  const y = isOn ? mul(node.float(0), context.mask(node.state.nameFor(node.name), x.value.shape, 1 - rate)) : x.value;
  return [{ type: x.type, value: y }, boolean(broadcastTo(known([1], []), x.value.shape))];
}

function layerNormalisation(node: NodeReader): Result[] {
  const x = node.float(0);
  const rank = x.shape.length;
  const first = node.axis(node.integer("axis", -1), rank);
  const axes = x.shape.flatMap((_, axis) => (axis >= first ? [axis] : []));
  const epsilon = node.number("epsilon", 1e-5);
  const y = layerNorm(x, { axes, epsilon, scale: node.float(1), ...(node.has(2) ? { shift: node.float(2) } : {}) });
  if (node.numOutputs === 1) return [y];
  const { mean, variance } = moments(x, axes);
  return [y, mean, div(number(1), sqrt(add(variance, number(epsilon))))];
}

/** Since version 21 scale and shift are per channel, before per group. */
function groupNormalisation(node: NodeReader): Result {
  const x = node.float(0);
  const groups = node.integer("num_groups", 1);
  const epsilon = node.number("epsilon", 1e-5);
  if (node.opset >= 21) return groupNorm(x, groups, { scale: node.float(1), shift: node.float(2), epsilon });
  const perGroup = (value: Value): Value => reshape(value, [1, groups, 1]);
  const y = reshape(groupNorm(x, groups, { epsilon }), [x.shape[0]!, groups, -1]);
  return reshape(add(mul(y, perGroup(node.float(1))), perGroup(node.float(2))), x.shape);
}

/** x / (bias + alpha/size·Σx²)^beta, the sum over `size` neighbouring channels. */
function responseNormalisation(node: NodeReader): Result {
  const x = node.float(0);
  const size = node.integer("size", 1);
  const before = Math.floor((size - 1) / 2);
  const sides = (n: number): number[] => x.shape.map((_, axis) => (axis === 1 ? n : 0));
  const squares = pad(mul(x, x), sides(before), sides(size - 1 - before));
  if (!(size >= 1 && size <= 2 * x.shape[1]!)) throw new Error(`size must be in 1 … ${2 * x.shape[1]!}, got ${size}`);
  const sum = Array.from({ length: size }, (_, i) => slice(squares, sides(i), x.shape)).reduce((a, b) => add(a, b));
  const scaled = add(mul(sum, number(node.number("alpha", 1e-4) / size)), number(node.number("bias", 1)));
  return div(x, pow(scaled, number(node.number("beta", 0.75))));
}

function lengthNormalisation(node: NodeReader): Result {
  const x = node.float(0);
  const norm = node.integer("p", 2) === 1 ? l1Norm : l2Norm;
  return div(x, norm(x, { axes: [node.axis(node.integer("axis", -1), x.shape.length)], keepDims: true }));
}

function meanVariance(node: NodeReader): Result {
  const x = node.float(0);
  const axes = (node.integers("axes") ?? [0, 2, 3]).map((axis) => node.axis(axis, x.shape.length));
  const { mean, variance } = moments(x, axes);
  return div(sub(x, mean), add(sqrt(variance), number(1e-9)));
}

export const normalisation: Operators = {
  BatchNormalization: {
    attributes: ["epsilon", "momentum", "spatial", "training_mode"],
    read: batchNormalisation,
  },
  Dropout: { attributes: ["ratio", "seed"], read: dropout },
  GroupNormalization: { opsets: [18, 21], attributes: ["epsilon", "num_groups"], read: groupNormalisation },
  InstanceNormalization: {
    attributes: ["epsilon"],
    read: (node) =>
      instanceNorm(node.float(0), {
        scale: node.float(1),
        shift: node.float(2),
        epsilon: node.number("epsilon", 1e-5),
      }),
  },
  LRN: { attributes: ["alpha", "beta", "bias", "size"], read: responseNormalisation },
  LayerNormalization: {
    opsets: [17, 21],
    attributes: ["axis", "epsilon", "stash_type"],
    read: layerNormalisation,
  },
  LpNormalization: { attributes: ["axis", "p"], read: lengthNormalisation },
  MeanVarianceNormalization: { opsets: [9, 21], attributes: ["axes"], read: meanVariance },
};
