/**
 * The .npy format of NumPy, versions 1 to 3.
 *
 * @see NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays"
 */
import { InputError } from "../../inputError.ts";
import type { ByteSource } from "../byteSource.ts";
import { type NumberType, numbersIn, numberTypes, type StoredArray } from "./storedArray.ts";

const types: Readonly<Record<string, NumberType>> = {
  "<f4": numberTypes.float32,
  "<f8": numberTypes.float64,
  "|u1": numberTypes.uint8,
  "|b1": numberTypes.uint8,
  "|i1": numberTypes.int8,
  "<u2": numberTypes.uint16,
  "<i2": numberTypes.int16,
  "<i4": numberTypes.int32,
  "<i8": numberTypes.int64,
};

/** Bytes of a header; those of NumPy have 64 to 128. */
const maxHeader = 65_536;

/** The array of a file. @throws InputError with file and rule for a malformed header, numbers of other types, and Fortran order */
export function npyArray(name: string, source: ByteSource): StoredArray {
  const { path, length } = source;
  const start = new Uint8Array(Math.min(12, length));
  source.readInto(start, 0);
  if (start.length < 12 || start[0] !== 0x93 || String.fromCharCode(...start.subarray(1, 6)) !== "NUMPY") {
    throw new InputError({ path, rule: "must begin with the magic bytes of .npy" });
  }
  const view = new DataView(start.buffer);
  const isShort = start[6] === 1;
  const headerLength = isShort ? view.getUint16(8, true) : view.getUint32(8, true);
  const offset = (isShort ? 10 : 12) + headerLength;
  if (headerLength > maxHeader || offset > length) {
    throw new InputError({ path, rule: "truncated, the header does not end", value: headerLength });
  }
  const header = new Uint8Array(headerLength);
  source.readInto(header, offset - headerLength);
  const text = new TextDecoder("latin1").decode(header);
  const { descr, fortran, shape } = fieldsOf(path, text);
  const type = Object.hasOwn(types, descr) ? types[descr]! : null;
  if (type === null) {
    throw new InputError({ path, rule: `descr must be one of ${Object.keys(types).join(", ")}`, value: descr });
  }
  if (fortran && shape.filter((size) => size > 1).length > 1) {
    throw new InputError({ path, rule: "must be in C order (numpy.ascontiguousarray), it is in Fortran order" });
  }
  numbersIn(path, shape, type.bytes, length - offset);
  return { name, type, shape, source, offset };
}

/** The three fields of a header, which is a dictionary of Python's. */
function fieldsOf(path: string, text: string) {
  const field = (pattern: RegExp, rule: string): string => {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
    throw new InputError({ path, rule: `the header must have ${rule}`, value: text.trim() });
  };
  const descr = field(/'descr': '([^']*)'/, "a descr of one type of numbers");
  const fortran = field(/'fortran_order': (True|False)/, "fortran_order") === "True";
  const sizes = field(/'shape': \(((?:\d+, ?)*\d*,?)\)/, "a shape");
  const shape = sizes.split(",").map((size) => size.trim());
  return { descr, fortran, shape: shape.filter((size) => size !== "").map(Number) };
}
