/** Tensors as an ONNX file stores them, in any of its storages, read when they are needed. */
import { type Shape, showShape, sizeOf } from "../../graph/value.ts";
import type { Initialiser } from "../../layers/initialisers.ts";
import { type ElementType, elementTypes } from "../modelProto.ts";
import { bfloat16, float16 } from "./halfPrecision.ts";
import { unsupported } from "./readError.ts";

/** `TensorProto` by our names, as protobufjs gives it. */
export interface TensorMessage {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly rawData?: Uint8Array;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly number[];
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly number[];
  readonly externalData: readonly { readonly key?: string; readonly value?: string }[];
  readonly dataLocation?: number;
}

/** Where the bytes of a tensor lie outside the file. */
export interface ExternalData {
  /** A path below the model's folder, as the file says it: it comes from whoever wrote the file. */
  readonly location: string;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** The bytes of external data. */
export type ExternalDataReader = (data: ExternalData) => Uint8Array;

/** A tensor whose elements are known. */
export interface StoredTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** Writes the elements to `out`, row-major, as numbers: booleans are 0 and 1. */
  copyInto(out: Float32Array | Float64Array | number[]): void;
  /** How a parameter begins of which nothing is stored. */
  readonly initialiser?: Initialiser;
}

/** How an element is read from little-endian bytes. */
const fromBytes: Readonly<Record<ElementType, readonly [bytes: number, read: (view: DataView, at: number) => number]>> =
  {
    float32: [4, (view, at) => view.getFloat32(at, true)],
    float64: [8, (view, at) => view.getFloat64(at, true)],
    float16: [2, (view, at) => float16(view.getUint16(at, true))],
    bfloat16: [2, (view, at) => bfloat16(view.getUint16(at, true))],
    int8: [1, (view, at) => view.getInt8(at)],
    uint8: [1, (view, at) => view.getUint8(at)],
    int16: [2, (view, at) => view.getInt16(at, true)],
    uint16: [2, (view, at) => view.getUint16(at, true)],
    int32: [4, (view, at) => view.getInt32(at, true)],
    uint32: [4, (view, at) => view.getUint32(at, true)],
    int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
    uint64: [8, (view, at) => Number(view.getBigUint64(at, true))],
    bool: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
  };

/** Our names of element types by the standard's numbers. */
const namesOfTypes: ReadonlyMap<number, ElementType> = new Map(
  Object.entries(elementTypes).map(([name, id]) => [id, name as ElementType] as const),
);

/** The element type with the standard's number `id`, or undefined for one that we do not read, as strings. */
export function elementTypeOf(id: number | undefined): ElementType | undefined {
  return id === undefined ? undefined : namesOfTypes.get(id);
}

/**
 * The tensor of a message.
 *
 * @throws RangeError unless sizes are counts and there are as many elements; Error for a type that we do not read, or for
 *   external data without a reader
 */
export function storedTensor(
  message: TensorMessage,
  name: string = message.name ?? "",
  readExternal?: ExternalDataReader,
): StoredTensor {
  const where = `tensor "${name}"`;
  const type = elementTypeOf(message.dataType);
  if (type === undefined)
    throw unsupported(`${where}: elements of the type ${message.dataType ?? 0} are not supported`);
  const shape = message.dims;
  const size = sizeOf(shape);
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || !Number.isSafeInteger(size))
    throw new Error(`${where}: sizes must be counts, got ${showShape(shape)}`);
  const [numBytes] = fromBytes[type];
  const bytes = bytesOf(message, where, size * numBytes, readExternal);
  if (bytes !== undefined) return ofBytes(name, type, shape, bytes);
  const data = listOf(message, type);
  if (data.length !== size) throw new Error(`${where}: ${showShape(shape)} takes ${size} elements, got ${data.length}`);
  const convert = converterOf(type);
  return {
    name,
    type,
    shape,
    copyInto(out) {
      for (let i = 0; i < size; i++) out[i] = convert(data[i]!);
    },
  };
}

function ofBytes(name: string, type: ElementType, shape: Shape, bytes: Uint8Array): StoredTensor {
  const [numBytes, read] = fromBytes[type];
  const size = sizeOf(shape);
  if (bytes.length !== size * numBytes)
    throw new Error(
      `tensor "${name}": ${showShape(shape)} of ${type} takes ${size * numBytes} bytes, got ${bytes.length}`,
    );
  return {
    name,
    type,
    shape,
    copyInto(out) {
      if (type === "float32" && out instanceof Float32Array && isLittleEndian) return bytesOfArray(out).set(bytes);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < size; i++) out[i] = read(view, i * numBytes);
    },
  };
}

/** Whether typed arrays hold numbers as files do. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const bytesOfArray = (list: Float32Array): Uint8Array => new Uint8Array(list.buffer, list.byteOffset, list.byteLength);

/** The bytes of raw or external data, or undefined where the elements are in a list. */
function bytesOf(
  message: TensorMessage,
  where: string,
  length: number,
  readExternal: ExternalDataReader | undefined,
): Uint8Array | undefined {
  if (message.dataLocation !== 1) return message.rawData;
  const entries = new Map(message.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get("location") ?? "";
  if (readExternal === undefined)
    throw new Error(
      `${where}: its data lie in another file, "${location}"; the option externalData must be a function that reads them`,
    );
  const offset = Number(entries.get("offset") ?? 0);
  const stated = Number(entries.get("length") ?? length);
  if (!(Number.isSafeInteger(offset) && offset >= 0 && stated === length))
    throw new Error(`${where}: external data must be ${length} bytes, got ${stated} at ${offset}`);
  return readExternal({ location, offset, length });
}

/** The list that holds elements of `type`. */
function listOf(message: TensorMessage, type: ElementType): readonly number[] {
  if (type === "float32") return message.floatData;
  if (type === "float64") return message.doubleData;
  if (type === "int64") return message.int64Data;
  if (type === "uint32" || type === "uint64") return message.uint64Data;
  return message.int32Data;
}

/** From a list's number to the element: halves are their bits. */
function converterOf(type: ElementType): (x: number) => number {
  if (type === "float16") return float16;
  if (type === "bfloat16") return bfloat16;
  if (type === "bool") return (x) => (x === 0 ? 0 : 1);
  return (x) => x;
}
