import { loopsOf } from "../graph/bodies.ts";
import { rangeError, typeError } from "../graph/errors.ts";
import { inputsByName } from "../graph/inputs.ts";
import { requireOneOf, requireValues } from "../graph/requirements.ts";
import { topological } from "../graph/topological.ts";
import { dispatch, type Node, showShape, sizeOf, type Value } from "../graph/value.ts";
import type { FloatArray, Precision } from "./arrays.ts";
import { kernels } from "./kernels.ts";
import { loopKernel, type Runner } from "./loopKernel.ts";

/** The values of a graph's inputs by name, row-major. */
export type Feeds = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Computes `outputs` in plain loops: the reference of every lowering, and an engine for small networks.
 *
 * In `float64` results are exact to rounding (1e-16 per operation); in `float32` each primitive's result is rounded to
 * float32, with sums kept in float64. Cost: 1 to 5 ns per multiply-add. Intermediate values are freed after their last use.
 * Feeds of other names than the graph's inputs are not read, so one record may serve several graphs.
 *
 * @throws Error if an input has no value, RangeError if one has the wrong length or two shapes, TypeError if one holds
 *   anything but numbers of its dtype
 */
export function evaluate(outputs: readonly Value[], feeds: Feeds, precision: Precision = "float64"): FloatArray[] {
  return evaluator("evaluate", outputs, precision)(feeds);
}

/**
 * `evaluate` for many feeds: the order of the values is found once.
 *
 * @param caller - the function's name in errors
 */
export function evaluator(
  caller: string,
  outputs: readonly Value[],
  precision: Precision,
): (feeds: Feeds) => FloatArray[] {
  requireValues(caller, undefined, outputs);
  requireOneOf(caller, "precision", precision, ["float32", "float64"] satisfies Precision[]);
  inputsByName(caller, outputs);
  const run = runner(outputs, precision);
  return (feeds) => run((leaf) => fed(caller, leaf, feeds, precision));
}

/** What computes `outputs` from arrays for the inputs among the values they depend on. */
function runner(outputs: readonly Value[], precision: Precision): Runner {
  const order = topological(outputs);
  const loops = new Map(
    [...new Set(loopsOf(order).values())].map((members) => [
      members[0] as Value,
      loopKernel(members, runner, precision),
    ]),
  );
  const lastUse = new Map<Value, number>();
  order.forEach((value, at) => {
    for (const input of value.inputs) lastUse.set(input, at);
  });
  for (const output of outputs) lastUse.set(output, order.length);
  return (arrayOf) => {
    const results = new Map<Value, FloatArray>();
    const inputsOf = ({ inputs }: Value): FloatArray[] => inputs.map((input) => results.get(input)!);
    const computed = (value: Value): FloatArray =>
      value.op === "input"
        ? arrayOf(value)
        : // Float32 does not hold all integers.
          dispatch(kernels, value, inputsOf(value), value.dtype === "int32" ? "float64" : precision);
    order.forEach((value, at) => {
      // The first value of a loop brings the others.
      for (const [member, result] of loops.get(value)?.(inputsOf(value)) ?? []) results.set(member, result);
      if (!results.has(value)) results.set(value, computed(value));
      for (const input of value.inputs) if (lastUse.get(input) === at) results.delete(input);
    });
    return outputs.map((output) => results.get(output)!);
  };
}

function fed(caller: string, value: Node<"input">, feeds: Feeds, precision: Precision): FloatArray {
  const { name } = value.attributes;
  const where = `input "${name}" ${showShape(value.shape)}`;
  const data = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
  if (data === undefined) throw new Error(`${caller}: ${where} has no value`);
  const wanted = sizeOf(value.shape);
  if (data.length !== wanted) throw rangeError(caller, where, `takes ${wanted} numbers`, data.length);
  const numbers = Float64Array.from(data);
  const isInteger = value.dtype === "int32";
  for (let i = 0; i < wanted; i++) {
    if (typeof data[i] !== "number" || (isInteger && !Number.isInteger(numbers[i]))) {
      throw typeError(caller, where, `takes ${value.dtype} numbers`, data[i], `${String(data[i])} at ${i}`);
    }
  }
  return precision === "float64" || isInteger ? numbers : Float32Array.from(numbers);
}
