import { type DType, type Shape, showShape, sizeOf, type Value } from "../graph/value.ts";

/**
 * A value that is given when the graph runs: data, labels, parameters, masks, the vector of a Hessian-vector product.
 *
 * Two inputs of one name are the same input, for running and for derivatives; their shapes and dtypes must be equal where
 * they meet in one graph.
 */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Value {
  if (!/^[A-Za-z_][\w./-]*$/.test(name)) {
    throw new RangeError(`input: name must start with a letter and hold letters, digits, . _ / -, got "${name}"`);
  }
  if (!shape.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new RangeError(`input (${name}): sizes must be positive integers, got ${showShape(shape)}`);
  }
  return { op: "input", inputs: [], attributes: { name }, shape, dtype };
}

/** A number, or an array of numbers in row-major order with its shape. */
export function constant(
  data: number | readonly number[],
  shape: Shape = typeof data === "number" ? [] : [data.length],
): Value {
  const values = typeof data === "number" ? [data] : data;
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(`constant: ${showShape(shape)} takes ${sizeOf(shape)} numbers, got ${values.length}`);
  }
  return { op: "constant", inputs: [], attributes: { data: values }, shape, dtype: "float32" };
}
