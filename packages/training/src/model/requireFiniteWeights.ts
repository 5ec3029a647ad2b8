import type { ParameterBlock } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";

/**
 * Checks weights once, where training or measuring begins.
 *
 * @param where - whose they are in messages
 * @throws InputError with the tensors that hold numbers which are not finite, and how many
 */
export function requireFiniteWeights(where: string, params: Float32Array, layout: readonly ParameterBlock[]): void {
  const bad = layout
    .map(({ name, shape, offset }) => {
      const values = params.subarray(offset, offset + shape.reduce((product, length) => product * length, 1));
      return { name, count: values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0) };
    })
    .filter(({ count }) => count > 0);
  if (bad.length === 0) return;
  const total = bad.reduce((sum, { count }) => sum + count, 0);
  const places = bad.map(({ name, count }) => `${count} in ${name}`).join(", ");
  throw new InputError(`${where} must be finite, ${total} of ${params.length} are not: ${places}`);
}
