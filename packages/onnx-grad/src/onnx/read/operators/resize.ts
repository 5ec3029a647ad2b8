/** Images of other sizes. */
import type { Value } from "../../../graph/value.ts";
import { type Coordinates, type NearestRounding, resizeLinear, resizeNearest } from "../../../ops/resize.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operators, Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { listed } from "../tensor.ts";

const coordinates: Readonly<Record<string, Coordinates>> = {
  half_pixel: "halfPixel",
  pytorch_half_pixel: "halfPixel",
  asymmetric: "asymmetric",
  align_corners: "alignCorners",
};

const roundings: Readonly<Record<string, NearestRounding>> = {
  floor: "floor",
  ceil: "ceil",
  round_prefer_floor: "preferFloor",
  round_prefer_ceil: "preferCeil",
};

/** `choices[name]`, or an error that says what is not supported. */
function choice<T>(what: string, name: string, choices: Readonly<Record<string, T>>): T {
  const found = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (found === undefined) throw unsupported(`${what} "${name}" is not supported`);
  return found;
}

/** Sizes after batch and channels, from the sizes or the scales of all axes; a scale must give a whole number of places. */
function sizesOf(node: NodeReader, scalesInput: number): number[] {
  const shape = node.shape(0);
  const isGiven = (input: number): boolean => node.has(input) && node.shape(input)[0] !== 0;
  const sizes = isGiven(scalesInput + 1)
    ? node.known(scalesInput + 1)
    : node.known(scalesInput).map((scale, i) => wholeSize(shape[i]!, scale));
  if (sizes.length !== shape.length || sizes[0] !== shape[0] || sizes[1] !== shape[1])
    throw unsupported(`another size of batch or channels, [${sizes}] of [${shape}], is not supported`);
  return sizes.slice(2);
}

function wholeSize(size: number, scale: number): number {
  const wanted = size * scale;
  const whole = Math.round(wanted);
  if (Math.abs(wanted - whole) > 1e-4)
    throw unsupported(`scale ${scale} of ${size} places, which gives no whole number, is not supported`);
  return whole;
}

function resized(node: NodeReader, sizes: readonly number[]): Value {
  const mode = node.text("mode", "nearest");
  const rule = node.opset < 11 ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
  if (rule === "pytorch_half_pixel" && sizes.includes(1)) throw unsupported(`${rule} of a size 1 is not supported`);
  const place = choice("coordinate_transformation_mode", rule, coordinates);
  const rounding = node.opset < 11 ? "floor" : node.text("nearest_mode", "round_prefer_floor");
  if (node.integer("antialias", 0) !== 0) throw unsupported("antialias is not supported");
  if (node.integer("exclude_outside", 0) !== 0) throw unsupported("exclude_outside is not supported");
  if (node.hasAttribute("axes")) throw unsupported("axes are not supported");
  if (node.text("keep_aspect_ratio_policy", "stretch") !== "stretch")
    throw unsupported("keep_aspect_ratio_policy is not supported");
  const x = node.float(0);
  // Indices or weights of each axis are constants.
  for (const [i, size] of sizes.entries()) listed(mode === "linear" ? size * x.shape[i + 2]! : size, () => 0);
  if (mode === "nearest")
    return resizeNearest(x, sizes, { coordinates: place, rounding: choice("nearest_mode", rounding, roundings) });
  if (mode === "linear") return resizeLinear(x, sizes, { coordinates: place });
  throw unsupported(`mode "${mode}" is not supported`);
}

const upsampled = (node: NodeReader): Result =>
  resized(
    node,
    node.opset < 9
      ? node
          .shape(0)
          .map((size, i) => wholeSize(size, node.numbers("scales")![i]!))
          .slice(2)
      : sizesOf(node, 1),
  );

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
    read: (node) => resized(node, sizesOf(node, node.opset < 11 ? 1 : 2)),
  },
  Upsample: { opsets: [7, 9], attributes: ["mode", "scales"], read: upsampled },
};
