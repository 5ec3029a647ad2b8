/** An array in a file: its numbers by position, whatever their type. */
import { InputError } from "../../inputError.ts";
import type { ByteSource } from "../byteSource.ts";

/** A type of numbers, little-endian. */
export interface NumberType {
  readonly name: string;
  readonly bytes: number;
  /** Whether its numbers may be labels of classes. */
  readonly isInteger: boolean;
  /** A view of bytes that begin at a multiple of eight. */
  view(buffer: ArrayBuffer, length: number): ArrayLike<number | bigint>;
}

const type = (
  name: string,
  bytes: number,
  view: new (buffer: ArrayBuffer, offset: number, length: number) => ArrayLike<number | bigint>,
): NumberType => ({ name, bytes, isInteger: !name.startsWith("float"), view: (buffer, n) => new view(buffer, 0, n) });

type NumberTypeName = "float32" | "float64" | "uint8" | "int8" | "uint16" | "int16" | "int32" | "int64";

/** All types. */
export const numberTypes: Readonly<Record<NumberTypeName, NumberType>> = {
  float32: type("float32", 4, Float32Array),
  float64: type("float64", 8, Float64Array),
  uint8: type("uint8", 1, Uint8Array),
  int8: type("int8", 1, Int8Array),
  uint16: type("uint16", 2, Uint16Array),
  int16: type("int16", 2, Int16Array),
  int32: type("int32", 4, Int32Array),
  int64: type("int64", 8, BigInt64Array),
};

/** An array of a file, in the order of C. */
export interface StoredArray {
  /** Its name in messages. */
  readonly name: string;
  readonly type: NumberType;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  /** Where its first number is. */
  readonly offset: number;
}

/** How many numbers a shape from a file has. @throws InputError for more than there are bytes */
export function numbersIn(path: string, shape: readonly number[], bytes: number, available: number): number {
  const count = shape.reduce((product, length) => product * length, 1);
  const need = count * bytes;
  if (need === available) return count;
  const what = `numbers of the shape ${shape.join("×") || "()"} need ${need} bytes`;
  throw new InputError({
    path,
    rule: need > available ? `truncated, ${what}` : `too long, ${what}`,
    value: available,
    got: `found ${available}`,
  });
}

/** Reads numbers of an array, from number `from` on, until `out` from `offset` on has `count`. */
export function numberReader(
  { type, source, offset: start }: StoredArray,
  count: number,
): (out: Float32Array | Float64Array | Int32Array, offset: number, from: number) => void {
  const buffer = new ArrayBuffer(count * type.bytes);
  const bytes = new Uint8Array(buffer);
  const view = type.view(buffer, count);
  return (out, offset, from) => {
    source.readInto(bytes, start + from * type.bytes);
    for (let i = 0; i < count; i++) out[offset + i] = Number(view[i]);
  };
}
