/** Variables of TensorFlow.js as one flat vector, in their order. */
import { rangeError, typeError } from "../errors.ts";
import type { HostTensor, HostVariable, NamedGradients, TensorFlow } from "./tensorFlow.ts";

/** The values of all variables, a copy. Cost: waits for the backend. */
export function valuesOf(variables: readonly HostVariable[]): Float32Array {
  const values = new Float32Array(variables.reduce((sum, { size }) => sum + size, 0));
  writeInto(values, variables, (one) => one);
  return values;
}

/** Writes a tensor for each variable one after the other; zeros where there is none. Cost: waits for the backend. */
export function writeInto(
  out: Float32Array,
  variables: readonly HostVariable[],
  tensorOf: (variable: HostVariable) => HostTensor | null | undefined,
): void {
  let offset = 0;
  for (const variable of variables) {
    const end = offset + variable.size;
    const tensor = tensorOf(variable);
    if (tensor) out.set(tensor.dataSync() as Float32Array, offset);
    else out.fill(0, offset, end);
    offset = end;
  }
}

/** Gives the variables the values of a flat vector. Cost: a copy of it, on the backend. */
export function assignFrom(tf: TensorFlow, variables: readonly HostVariable[], values: Float32Array): void {
  let offset = 0;
  for (const variable of variables) {
    const end = offset + variable.size;
    // A copy: the cpu backend keeps the array that it is given, and the optimizer goes on writing to its own.
    const tensor = tf.tensor(values.slice(offset, end), [...variable.shape], "float32");
    variable.assign(tensor);
    tensor.dispose();
    offset = end;
  }
}

/** Gives the variables the values of a flat vector, and returns what puts back those they had. Cost: at most two copies. */
export function lend(tf: TensorFlow, variables: readonly HostVariable[], values: Float32Array): () => void {
  const own = variables.map((variable) => variable.clone());
  assignFrom(tf, variables, values);
  return () => {
    for (const [i, variable] of variables.entries()) {
      variable.assign(own[i]);
      own[i].dispose();
    }
  };
}

/** @throws TypeError for a variable of another type than float32 */
export function requireFloats(where: string, variables: readonly HostVariable[]): void {
  const other = variables.find(({ dtype }) => dtype !== "float32");
  if (other !== undefined) throw typeError(where, `variable ${other.name}`, "must be of type float32", other.dtype);
}

/** @throws RangeError for a gradient of another shape than its variable */
export function requireShapes(where: string, variables: readonly HostVariable[], gradients: NamedGradients): void {
  for (const { name, shape } of variables) {
    const given = gradients[name]?.shape;
    if (given === undefined || String(given) === String(shape)) continue;
    throw rangeError(where, `gradient of ${name}`, `must have the shape [${shape}]`, given, `[${given}]`);
  }
}
