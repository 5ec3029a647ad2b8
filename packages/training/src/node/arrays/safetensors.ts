/**
 * Arrays of a safetensors file.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { InputError } from "../../inputError.ts";
import type { ByteSource } from "../byteSource.ts";
import { type NumberType, numbersIn, numberTypes, type StoredArray } from "./storedArray.ts";

const types: Readonly<Record<string, NumberType>> = {
  F32: numberTypes.float32,
  F64: numberTypes.float64,
  U8: numberTypes.uint8,
  BOOL: numberTypes.uint8,
  I8: numberTypes.int8,
  U16: numberTypes.uint16,
  I16: numberTypes.int16,
  I32: numberTypes.int32,
  I64: numberTypes.int64,
};

const maxHeader: number = 2 ** 24;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const areSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);

/** The arrays of a file. @throws InputError with file, array and rule for a malformed header */
export function safetensorsArrays(source: ByteSource): StoredArray[] {
  const { path, length } = source;
  const start = new Uint8Array(Math.min(8, length));
  source.readInto(start, 0);
  const size = start.length < 8 ? Number.NaN : Number(new DataView(start.buffer).getBigUint64(0, true));
  if (!(size <= maxHeader && 8 + size <= length)) {
    throw new InputError({ path, rule: "truncated, the header of a safetensors file does not end" });
  }
  const header = new Uint8Array(size);
  source.readInto(header, 8);
  const tensors = Object.entries(parsed(path, header)).filter(([name]) => name !== "__metadata__");
  return tensors.map(([name, entry]) => arrayOf(name, entry, source, 8 + size));
}

function parsed(path: string, header: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // What is wrong is said below.
  }
  throw new InputError({ path, rule: "the header of a safetensors file must be a JSON object" });
}

function arrayOf(name: string, entry: unknown, source: ByteSource, begin: number): StoredArray {
  const { dtype, shape, data_offsets: offsets }: Record<string, unknown> = Object(entry);
  const path = `${source.path}: ${name}`;
  const type = typeof dtype === "string" && Object.hasOwn(types, dtype) ? types[dtype]! : null;
  if (type === null)
    throw new InputError({ path, rule: `dtype must be one of ${Object.keys(types).join(", ")}`, value: dtype });
  if (!areSizes(shape)) throw new InputError({ path, rule: "shape must be a list of sizes", value: shape });
  const [from = -1, to = -1] = areSizes(offsets) ? offsets : [];
  if (from < 0 || to < from || begin + to > source.length) {
    throw new InputError({ path, rule: "data_offsets must lie in the file", value: offsets });
  }
  numbersIn(path, shape, type.bytes, to - from);
  return { name, type, shape, source, offset: begin + from };
}
