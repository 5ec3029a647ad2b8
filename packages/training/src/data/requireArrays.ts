/** What arrays and shapes of a user must be. */
import { typeError } from "entropy-sgd";
import { sizeOf } from "onnx-grad";
import { shown } from "../printable.ts";

/** @throws TypeError naming function and option, for anything but a Float32Array */
export function requireFloats(where: string, name: string, value: unknown): void {
  if (value instanceof Float32Array) return;
  throw typeError(where, name, "must be a Float32Array", value, shown(value));
}

/** @returns how many numbers the shape has @throws TypeError naming function and option, for anything but positive integers */
export function requireShape(where: string, name: string, shape: readonly number[]): number {
  if (Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length > 0)) return sizeOf(shape);
  throw typeError(where, name, "must be an array of positive integers", shape, shown(shape));
}
