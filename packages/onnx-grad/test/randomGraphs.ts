/**
 * Random graphs of every primitive over shapes that broadcast, for comparing what must compute the same.
 *
 * Two kinds. In `exact` graphs all values are multiples of 2⁻¹⁰ up to 2¹⁰, so that rewritten arithmetic is exact and steps
 * (greater, relu, maxima, pooling) cannot fall on the other side by rounding. `smooth` graphs have the transcendental
 * functions and no steps. Gradients and Hessian-vector products are outputs and are computed with no further.
 */
import * as g from "../src/index.ts";
import { convolve } from "../src/ops/convolution.ts";
import { numbers } from "./samples.ts";

export interface RandomGraph {
  readonly outputs: readonly g.Value[];
  readonly feeds: Readonly<Record<string, Float64Array>>;
}

type Kind = "exact" | "smooth";

/** What a random operation draws from. */
interface Draw {
  below(n: number): number;
  of<T>(list: readonly T[]): T;
  value(): g.Value;
  /** A constant whose shape stretches to (or beyond) that of `like`. */
  constant(like: g.Value): g.Value;
  /** 0 or 1 for each element of a value. */
  mask(): g.Value;
  /** int32 [4] in −1 … 2. */
  labels: g.Value;
  /** int32 [4] in 0 … 1. */
  places: g.Value;
}

const axesOf = (x: g.Value): number[] => x.shape.map((_, axis) => axis);
const image = (x: g.Value): g.Value => (x.shape.length === 4 ? x : g.reshape(x, [1, 1, 1, -1]));

const pool = (d: Draw, x: g.Value) => ({
  size: [d.of([1, 2, 4]), 2].map((n, i) => Math.min(n, x.shape[i + 2]!)) as [number, number],
  stride: d.of([1, 2]),
  padding: [0, d.below(2) && x.shape[3]! > 1 ? 1 : 0, 0, 0] as const,
});

function convolution(d: Draw): g.Value {
  const x = image(d.value());
  const batchLast = d.below(4) === 0;
  const channels = x.shape[batchLast ? 0 : 1]!;
  const groups = d.of([1, 1, channels % 2 === 0 ? 2 : 1, channels]);
  const kernel = [groups * d.of([1, 2, 3]), channels / groups, d.of([1, 1, 2, 3]), d.of([1, 1, 2, 3])];
  const data = Array.from({ length: g.sizeOf(kernel) }, () => d.below(3) - 1);
  const w = d.below(2) === 0 ? g.constant(data, kernel) : g.mul(g.constant(data, kernel), d.value());
  const [stride, before, after, step] = [d.of([1, 2]), d.of([0, 1, 2]), d.of([0, 1, 2]), d.of([1, 1, 2])];
  const padding = [before, before, after, before] as const;
  return convolve(x, w, { stride: [stride, stride], padding, dilation: [step, step], groups, batchLast });
}

function broadcast(d: Draw): g.Value {
  const x = d.value();
  return g.broadcastTo(x, g.add(d.constant(x), x).shape);
}

function permuted(d: Draw): g.Value {
  const x = d.value();
  const axes = axesOf(x);
  const turned = d.below(3) > 0 ? [...axes.slice(-1), ...axes.slice(0, -1)] : axes.sort(() => d.below(3) - 1);
  return g.transpose(x, turned);
}

function reduced(d: Draw, reduce: typeof g.reduceSum): g.Value {
  const x = d.value();
  return reduce(x, { axes: axesOf(x).filter(() => d.below(2) === 0), keepDims: d.below(2) === 0 });
}

const positive = (x: g.Value): g.Value => g.add(g.mul(x, x), g.constant(1));

const common: readonly ((d: Draw) => g.Value)[] = [
  (d) => g.add(d.value(), d.value()),
  (d) => g.sub(d.value(), d.value()),
  (d) => g.mul(d.value(), d.value()),
  ...[g.add, g.sub, g.mul, g.add, g.mul].flatMap((f) => [
    (d: Draw) => ((x) => f(x, d.constant(x)))(d.value()),
    (d: Draw) => ((x) => f(d.constant(x), x))(d.value()),
  ]),
  (d) => g.div(d.value(), g.constant(d.of([1, 2, -4]))),
  (d) => ((x) => g.add(x, g.mul(d.value(), g.constant(-1, d.of([[], [1], [1, 1, 1], [1, 1, 1, 1, 1]])))))(d.value()),
  (d) => reduced(d, g.reduceSum),
  (d) => reduced(d, g.reduceSum),
  (d) =>
    ((x) => g.reduceSum(g.mul(x, d.constant(x)), { axes: axesOf(x).slice(-2), keepDims: d.below(2) === 0 }))(d.value()),
  ...[0, 1, 2, 3, 4].map(() => convolution),
  (d) => ((x) => g.averagePool(x, pool(d, x)))(image(d.value())),
  broadcast,
  permuted,
  permuted,
  (d) => g.reshape(d.value(), [-1]),
  (d) => ((x) => g.reshape(x, d.of([[1, ...x.shape], [...x.shape, 1], [...x.shape].reverse()])))(d.value()),
  (d) =>
    ((x) =>
      g.slice(
        x,
        x.shape.map((n) => d.below(n)),
        x.shape.map(() => 1),
      ))(d.value()),
  (d) =>
    ((x) =>
      g.slice(
        x,
        axesOf(x).map(() => 0),
        x.shape.map((n) => Math.ceil(n / 2)),
      ))(d.value()),
  (d) =>
    ((x) =>
      g.pad(
        x,
        axesOf(x).map(() => d.below(2)),
        axesOf(x).map(() => d.below(2)),
      ))(d.value()),
  (d) => g.stopGradient(d.value()),
  (d) => ((x) => g.matmul(x, d.value(), { transposeA: d.below(2) === 0, transposeB: d.below(2) === 0 }))(d.value()),
  (d) => ((x) => g.matmul(x, x, { transposeB: true }))(d.value()),
  (d) =>
    ((x) =>
      g.add(
        g.matmul(x, g.constant([1, 2], [1, 2].slice(0, 0).concat(x.shape.at(-1)! === 1 ? [1, 2] : [2, 1]))),
        d.constant(x),
      ))(d.value()),
  (d) => g.oneHot(d.labels, d.of([1, 3])),
  ...[0, 1, 2].map(
    () => (d: Draw) => ((x) => g.pick(g.reshape(x, [2, 2, -1]), g.reshape(d.places, [2, 2])))(d.value()),
  ),
  (d) => ((x) => g.where(d.mask(), x, d.value()))(d.value()),
  (d) => ((x) => g.where(d.mask(), d.constant(x), x))(d.value()),
  (d) => ((x) => g.pow(x, g.constant(d.of([0, 1, 2]), d.of([[], [1], [1, 1]]))))(d.value()),
  (d) => ((x) => g.cumulativeSum(x, { axis: d.of(axesOf(x)), reverse: d.below(2) === 0 }))(d.value()),
  (d) => ((x) => g.concat([x, d.of([x, d.value()])], d.below(x.shape.length)))(d.value()),
  ...[0, 1].map(() => (d: Draw) => ((x) => g.gather(x, d.places, d.below(x.shape.length)))(d.value())),
  ...[0, 1].map(
    () => (d: Draw) =>
      ((x) => g.scatterAdd(g.reshape(x, [4, -1]), g.constant([0, 1, 1, d.below(2)], [4], "int32"), 0, 3))(d.value()),
  ),
  (d) => g.oneHot(g.transpose(g.reshape(d.labels, [2, 2])), 2),
];

const ofKind: Readonly<Record<Kind, readonly ((d: Draw) => g.Value)[]>> = {
  exact: [
    (d) => g.greater(d.value(), d.value()),
    (d) => g.greater(d.value(), g.constant(0)),
    (d) => g.relu(d.value()),
    (d) => g.relu(d.value()),
    (d) => g.equal(d.value(), d.value()),
    (d) => g.maximum(d.value(), d.value()),
    (d) => d.of([g.floor, g.round])(d.value()),
    (d) => g.cast(g.cast(d.value(), "int32"), "float32"),
    (d) => ((x) => g.cast(g.argMax(x, { axis: d.below(x.shape.length) }), "float32"))(d.value()),
    (d) => reduced(d, g.reduceMax),
    ...[0, 1, 2].map(() => (d: Draw) => ((x) => g.maxPool(x, pool(d, x)))(image(d.value()))),
  ],
  smooth: [
    (d) => g.exp(g.tanh(d.value())),
    (d) => d.of([g.sin, g.cos, g.erf])(d.value()),
    (d) => g.pow(positive(d.value()), g.tanh(d.value())),
    (d) => g.log(positive(d.value())),
    (d) => g.sqrt(positive(d.value())),
    (d) => g.div(d.value(), positive(d.value())),
    (d) => g.sigmoid(d.value()),
    (d) => g.sub(g.constant(1), g.sigmoid(d.value())),
    (d) => g.tanh(d.value()),
    (d) => g.softmax(d.value()),
    (d) => g.logSoftmax(d.value()),
    (d) => ((x) => g.div(x, g.sqrt(g.moments(positive(x), [0]).mean)))(d.value()),
  ],
};

/** Bounds of values that further operations may use. */
const usable: Readonly<Record<Kind, (x: number) => boolean>> = {
  exact: (x) => Math.abs(x) <= 1024 && Number.isInteger(x * 1024),
  smooth: (x) => Math.abs(x) <= 20,
};

const largest = 1024;

/** The graph of a seed. */
export function randomGraph(seed: number): RandomGraph {
  const next = numbers(seed);
  for (let i = 0; i < 8; i++) next();
  const kind: Kind = next() < 0.5 ? "exact" : "smooth";
  const draw: Pick<Draw, "below" | "of"> = {
    below: (n) => Math.floor(next() * n),
    of: (list) => list[Math.floor(next() * list.length)]!,
  };
  const { below, of } = draw;
  const number = (): number => (kind === "exact" ? (below(17) - 8) / 4 : 4 * next() - 2);
  const base =
    next() < 0.6
      ? [of([1, 2, 2, 16]), of([1, 2, 3]), of([1, 2, 4]), of([1, 2, 4])]
      : Array.from({ length: below(4) }, () => of([1, 2, 3, 4]));
  const stretchable = (shape: g.Shape): g.Shape =>
    shape.map((n) => (below(2) === 0 ? 1 : n)).slice(below(3) === 0 ? below(shape.length + 1) : 0);
  const feeds: Record<string, Float64Array> = {
    labels: Float64Array.from({ length: 4 }, () => below(4) - 1),
    places: Float64Array.of(0, 1, 1, 0),
  };
  const inputs = Array.from({ length: 2 + below(3) }, (_, i) => {
    const shape = i === 0 ? base : stretchable(base);
    feeds[`x${i}`] = Float64Array.from({ length: g.sizeOf(shape) }, number);
    return g.input(`x${i}`, shape);
  });
  const values: g.Value[] = [...inputs];
  const d: Draw = {
    ...draw,
    value: () => (below(3) === 0 ? of(values) : values[Math.max(0, values.length - 1 - below(5))]!),
    constant(like) {
      const shape = [...(below(4) === 0 ? [1] : []), ...stretchable(like.shape)];
      const uniform = of([0, 1, -1, 2, 0.5, undefined]);
      return g.constant(
        Array.from({ length: g.sizeOf(shape) }, () => uniform ?? number()),
        shape,
      );
    },
    // Of an input: what is computed could be rounded to the other side.
    mask: () => g.greater(of(inputs), g.constant(0.3)),
    labels: g.input("labels", [4], "int32"),
    places: g.input("places", [4], "int32"),
  };
  const operations = [...common, ...ofKind[kind], ...ofKind[kind]];
  for (let tries = 10 + below(60); tries > 0; tries--) {
    const value = attempt(() => of(operations)(d));
    if (value === undefined || g.topological([value]).some(({ shape }) => g.sizeOf(shape) > largest)) continue;
    const floats = g.topological([value]).filter(({ dtype }) => dtype === "float32");
    const results = attempt(() => g.evaluate(floats, feeds));
    if (results?.every((result) => result.every(usable[kind]))) values.push(value);
  }
  const chosen = [values.at(-1)!, of(values)];
  const loss = g.reduceSum(g.mul(chosen[0]!, d.constant(chosen[0]!)));
  const directions = inputs.map(({ shape }, i) => {
    feeds[`v${i}`] = Float64Array.from({ length: g.sizeOf(shape) }, number);
    return g.input(`v${i}`, shape);
  });
  const derivatives =
    next() < 0.6 ? [...g.gradients(loss, inputs), ...(next() < 0.4 ? g.hvp(loss, inputs, directions) : [])] : [];
  return { outputs: [...chosen, loss, ...derivatives], feeds };
}

/** What `make` gives, or nothing where the shapes or labels that were drawn do not fit. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The largest magnitude of any value that `outputs` depend on: what rounding is relative to. */
export function magnitude({ outputs, feeds }: RandomGraph): number {
  const floats = g.topological(outputs).filter(({ dtype }) => dtype === "float32");
  return g.evaluate(floats, feeds).reduce((most, result) => {
    for (const x of result) most = Math.max(most, Math.abs(x));
    return most;
  }, 1);
}
