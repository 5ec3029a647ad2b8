import { rangeError, typeError } from "../graph/errors.ts";
import { requireOneOf, requireShape } from "../graph/requirements.ts";
import { type DType, type Shape, showShape, sizeOf, type Value } from "../graph/value.ts";

/**
 * A value that is given when the graph runs: data, labels, parameters, masks, the vector of a Hessian-vector product.
 *
 * Two inputs of one name are the same input, for running and for derivatives; their shapes and dtypes must be equal where
 * they meet in one graph.
 */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Value {
  if (!/^[A-Za-z_][\w./-]*$/.test(name)) {
    const rule = "must start with a letter and hold letters, digits, . _ / -";
    throw rangeError("input", "name", rule, name, `"${name}"`);
  }
  requireShape("input", name, shape);
  requireOneOf(`input (${name})`, "dtype", dtype, ["float32", "int32"]);
  return { op: "input", inputs: [], attributes: { name }, shape, dtype };
}

/**
 * A number, or numbers in row-major order with their shape (one axis by default). They are copied.
 *
 * @throws TypeError for anything but numbers of the dtype, nested arrays among them; RangeError if the shape holds another count
 */
export function constant(
  data: number | ArrayLike<number>,
  shape: Shape = typeof data === "number" ? [] : [data.length],
  dtype: DType = "float32",
): Value {
  requireOneOf("constant", "dtype", dtype, ["float32", "int32"] satisfies DType[]);
  const values = typeof data === "number" ? [data] : Array.from(data);
  const wrong = values.findIndex((value: unknown) => typeof value !== "number");
  if (wrong >= 0) {
    const got = Array.isArray(values[wrong]) ? "an array" : String(values[wrong]);
    const rule = "must be numbers in row-major order beside their shape";
    throw typeError("constant", "data", rule, values[wrong], `${got} at ${wrong}`);
  }
  const fraction = dtype === "int32" ? values.find((value) => (value | 0) !== value) : undefined;
  if (fraction !== undefined) throw typeError("constant", "int32 data", "must be integers below 2³¹", fraction);
  requireShape("constant", undefined, shape);
  if (values.length !== sizeOf(shape)) {
    throw rangeError("constant", showShape(shape), `takes ${sizeOf(shape)} numbers`, values.length);
  }
  return { op: "constant", inputs: [], attributes: { data: values }, shape, dtype };
}
