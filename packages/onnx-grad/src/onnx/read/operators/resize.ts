/** Images of other sizes. */
import type { Value } from "../../../graph/value.ts";
import { add, mul, sub } from "../../../ops/elementwise.ts";
import { chosenAlong, type NearestRounding, places, rounded, weightedAlong } from "../../../ops/resize.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operators, Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { known, listed } from "../tensor.ts";
import { type ResizedAxis, resizeWeights } from "./resizeWeights.ts";

const roundings: Readonly<Record<string, NearestRounding>> = {
  floor: "floor",
  ceil: "ceil",
  round_prefer_floor: "preferFloor",
  round_prefer_ceil: "preferCeil",
};

/** An axis of the input with what the region of interest says of it, for the rule that takes it. */
interface Axis extends ResizedAxis {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

const ofScale =
  (rule: keyof typeof places) =>
  (i: number, { from, to, scale }: Axis) =>
    places[rule](i, from, to, scale);

/** The place before of the place i, by the rule that `coordinate_transformation_mode` names. */
const rules: Readonly<Record<string, (i: number, axis: Axis) => number>> = {
  half_pixel: ofScale("halfPixel"),
  asymmetric: ofScale("asymmetric"),
  align_corners: ofScale("alignCorners"),
  pytorch_half_pixel: (i, axis) => (axis.to === 1 ? 0 : ofScale("halfPixel")(i, axis)),
  half_pixel_symmetric: (i, axis) =>
    (axis.from / 2) * (1 - axis.to / (axis.scale * axis.from)) + ofScale("halfPixel")(i, axis),
  tf_half_pixel_for_nn: (i, { scale }) => (i + 0.5) / scale,
  tf_crop_and_resize: (i, { from, to, start, end }) =>
    (from - 1) * (to === 1 ? (start + end) / 2 : start + (i * (end - start)) / (to - 1)),
};

/** `choices[name]`, or an error that says what is not supported. */
function choice<T>(what: string, name: string, choices: Readonly<Record<string, T>>): T {
  const found = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (found === undefined) throw unsupported(`${what} "${name}" is not supported`);
  return found;
}

/** Every stated axis with its size after, from the sizes or the scales that the inputs from `scalesInput` on give. */
function axesOf(node: NodeReader, scalesInput: number): Axis[] {
  const shape = node.shape(0);
  const isGiven = (input: number): boolean => node.has(input) && node.shape(input)[0] !== 0;
  const stated = (node.integers("axes") ?? shape.map((_, i) => i)).map((axis) => node.axis(axis, shape.length));
  const region = isGiven(1) && scalesInput === 2 ? node.known(1) : [];
  const isBySize = isGiven(scalesInput + 1);
  const numbers = isBySize ? node.known(scalesInput + 1) : node.known(scalesInput);
  if (numbers.length !== stated.length)
    throw new Error(`${stated.length} axes take as many numbers, got ${numbers.length}`);
  const sizes = isBySize
    ? keptRatio(node, numbers, stated)
    : numbers.map((scale, i) => scaled(shape[stated[i]!]!, scale));
  return stated.map((axis, i) => {
    const from = shape[axis]!;
    const ends = { start: region[i] ?? 0, end: region[i + stated.length] ?? 1 };
    return { axis, from, ...sizes[i]!, ...ends };
  });
}

const scaled = (from: number, scale: number) => ({ to: Math.floor(Math.fround(from * scale)), scale });

/** The sizes, or the largest or smallest of the image's ratio that fit them. */
function keptRatio(node: NodeReader, sizes: readonly number[], axes: readonly number[]) {
  const shape = node.shape(0);
  const scales = sizes.map((size, i) => size / shape[axes[i]!]!);
  const policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy === "stretch") return sizes.map((to, i) => ({ to, scale: scales[i]! }));
  const scale = choice("keep_aspect_ratio_policy", policy, { not_larger: Math.min, not_smaller: Math.max })(...scales);
  return axes.map((axis) => ({ to: Math.round(shape[axis]! * scale), scale }));
}

function resized(node: NodeReader, axes: readonly Axis[]): Value {
  const mode = node.text("mode", "nearest");
  const name = node.opset < 11 ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
  const place = choice("coordinate_transformation_mode", name, rules);
  const broken = axes.find(({ from, to, scale }) => Math.abs(from * scale - to) > 1e-4);
  // The standard's cases divide by the scaled size less 1, runtimes by its whole part less 1.
  if (name === "align_corners" && broken !== undefined && !node.hasAttribute("keep_aspect_ratio_policy"))
    throw unsupported(`align_corners of ${broken.from} places times ${broken.scale} is not supported`);
  const isCropped = name === "tf_crop_and_resize";
  const changed = axes.filter(({ from, to, scale }) => from !== to || scale !== 1 || isCropped);
  if (changed.some(({ to }) => !(Number.isInteger(to) && to > 0)))
    throw new Error(`sizes must be positive, got ${changed.map(({ to }) => to)}`);
  const alongAxis = choice("mode", mode, { nearest, linear: weighted, cubic: weighted });
  const y = changed.reduce((x, axis) => alongAxis(node, x, axis, place), node.float(0));
  return isCropped ? outside(node, y, changed, place) : y;
}

type Along = (node: NodeReader, x: Value, axis: Axis, place: (i: number, axis: Axis) => number) => Value;

const nearest: Along = (node, x, axis, place) => {
  const name = node.opset < 11 ? "floor" : node.text("nearest_mode", "round_prefer_floor");
  const round = rounded[choice("nearest_mode", name, roundings)];
  const { to, from } = axis;
  return chosenAlong(
    x,
    axis.axis,
    listed(to, (i) => Math.min(Math.max(round(place(i, axis)), 0), from - 1)),
  );
};

const weighted: Along = (node, x, axis, place) => {
  const weights = resizeWeights(axis, {
    mode: node.text("mode", "linear") === "linear" ? "linear" : "cubic",
    place: (i) => place(i, axis),
    a: node.number("cubic_coeff_a", -0.75),
    antialias: node.integer("antialias", 0) !== 0,
    excludeOutside: node.integer("exclude_outside", 0) !== 0,
  });
  return weightedAlong(x, axis.axis, known(weights, [axis.to, axis.from]));
};

/** `extrapolation_value` where the place before is outside. */
function outside(node: NodeReader, y: Value, axes: readonly Axis[], place: (i: number, axis: Axis) => number): Value {
  const inside = axes.reduce(
    (all, axis) => {
      const list = listed(axis.to, (i) => (place(i, axis) >= 0 && place(i, axis) <= axis.from - 1 ? 1 : 0));
      return mul(
        all,
        known(
          list,
          y.shape.map((size, i) => (i === axis.axis ? size : 1)),
        ),
      );
    },
    known(
      [1],
      y.shape.map(() => 1),
    ) as Value,
  );
  const value = known([node.number("extrapolation_value", 0)], []);
  return add(mul(y, inside), mul(value, sub(known([1], []), inside)));
}

/** Before version 9 scales are an attribute. */
function upsampled(node: NodeReader): Result {
  if (node.opset >= 9) return resized(node, axesOf(node, 1));
  const scales = node.numbers("scales") ?? [];
  return resized(
    node,
    node.shape(0).map((from, axis) => ({ axis, from, ...scaled(from, scales[axis] ?? 1), start: 0, end: 1 })),
  );
}

export const resizing: Operators = {
  Resize: {
    opsets: [10, 21],
    attributes: [
      "antialias",
      "axes",
      "coordinate_transformation_mode",
      "cubic_coeff_a",
      "exclude_outside",
      "extrapolation_value",
      "keep_aspect_ratio_policy",
      "mode",
      "nearest_mode",
    ],
    read: (node) => resized(node, axesOf(node, node.opset < 11 ? 1 : 2)),
  },
  Upsample: { opsets: [7, 9], attributes: ["mode", "scales"], read: upsampled },
};
