/** What arrays and shapes of a user must be. */
import { typeError } from "entropy-sgd";
import { sizeOf } from "onnx-grad";
import { shown } from "../printable.ts";

/** @throws TypeError naming function and option, for anything but a Float32Array */
export function requireFloats(where: string, name: string, value: unknown): void {
  if (value instanceof Float32Array) return;
  throw typeError(where, name, "must be a Float32Array", value, shown(value));
}

/** @throws TypeError naming function and option, for anything but an Int32Array of classes and how many there are */
export function requireClasses(where: string, targets: unknown, numClasses: unknown): void {
  if (!(Number.isSafeInteger(numClasses) && Number(numClasses) > 0)) {
    throw typeError(where, "numClasses", "must be a positive integer", numClasses, shown(numClasses));
  }
  if (targets instanceof Int32Array) return;
  throw typeError(where, "targets", "must be an Int32Array, as numClasses is given", targets, shown(targets));
}

/** @returns how many numbers the shape has @throws TypeError naming function and option, for anything but positive integers */
export function requireShape(where: string, name: string, shape: readonly number[]): number {
  if (Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length > 0)) return sizeOf(shape);
  throw typeError(where, name, "must be an array of positive integers", shape, shown(shape));
}
