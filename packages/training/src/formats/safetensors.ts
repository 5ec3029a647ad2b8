/**
 * The safetensors format: an 8-byte little-endian length, a JSON header, then the tensors' bytes; here of float32 and
 * float64.
 *
 * Files written here have a checksum in their metadata (safetensorsChecksum.ts), which the reader verifies and removes. Files of
 * other writers have none, and are read without that check.
 *
 * Numbers are in the machine's order, which is the format's, little-endian, on every processor that onnxruntime-node is
 * published for, and of every browser's.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { InputError } from "../inputError.ts";
import type { CreateHash } from "./hashing.ts";
import { joined } from "./joined.ts";
import { checkedMetadata, checksumKey, withChecksum } from "./safetensorsChecksum.ts";
import { bytesOf, type Dtype, metadataKey, numElements, parseHeader } from "./safetensorsHeader.ts";
import { isLone, type Refuse, shownJson } from "./strictJson.ts";

/** A tensor by name, of float32 or float64. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Tensors and texts of a file. */
export interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The largest header: its objects take many times the memory of its text, and large networks need a few hundred KiB. */
const maxHeaderBytes = 16 * 2 ** 20;

/** Files of the format with checksums by the hashes of a host. */
export interface SafetensorsCodec {
  /**
   * The bytes of a file: the header, then a view of each tensor, in the order given.
   *
   * Nothing is copied. Cost: reading every tensor once for the checksum; they must not change until the pieces are written.
   *
   * @throws TypeError for equal or reserved names, RangeError for data that do not fit their shape
   */
  pieces(file: Safetensors): Iterable<Uint8Array>;
  /** The bytes of a file in one piece. @throws TypeError or RangeError as `pieces` */
  encode(file: Safetensors): Uint8Array<ArrayBuffer>;
  /**
   * The tensors of a file, in the order of their bytes.
   *
   * They are views of `bytes` where the machine allows it (files written here have float32 so, and float64 where no odd
   * number of float32 precedes it), else copies.
   *
   * @param file - the name for messages
   * @throws InputError for a file that is damaged, breaks the format's rules, or holds other numbers than float32 and float64
   */
  decode(bytes: Uint8Array, file: string): Safetensors;
}

/** Reads and writes safetensors files with the hashes of a host. */
export function safetensorsBy(createHash: CreateHash): SafetensorsCodec {
  const pieces = (file: Safetensors): Iterable<Uint8Array> => piecesOf(file, createHash);
  return {
    pieces,
    encode: (file) => joined([...pieces(file)]),
    decode: (bytes, file) => decode(bytes, file, createHash),
  };
}

function piecesOf({ tensors, metadata }: Safetensors, createHash: CreateHash): Iterable<Uint8Array> {
  requireWritable({ tensors, metadata });
  const views = tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const described = tensors.map(({ name, shape, data }, i) => ({
    name,
    shape,
    dtype: dtypeOf(data),
    bytes: views[i]!,
  }));
  let end = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    const start = end;
    end += data.byteLength;
    return [name, { dtype: dtypeOf(data), shape, data_offsets: [start, end] }] as const;
  });
  const texts = [metadataKey, withChecksum(metadata, described, createHash)] as const;
  return [headerPiece([texts, ...entries]), ...views];
}

function decode(bytes: Uint8Array, file: string, createHash: CreateHash): Safetensors {
  const refuse: Refuse = (why) => {
    throw new InputError({ path: file, rule: `not a safetensors file of float32 or float64 (${why})` });
  };
  if (bytes.length < 8) return refuse(`must have at least 8 bytes, it has ${bytes.length}`);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (headerLength > maxHeaderBytes) {
    return refuse(`header: must have at most ${maxHeaderBytes} bytes, by its length it has ${headerLength}`);
  }
  const dataStart = 8 + Number(headerLength);
  if (dataStart > bytes.length) {
    return refuse(
      `header: must end within the ${bytes.length} bytes of the file, by its length it ends at ${dataStart}`,
    );
  }
  const data = bytes.subarray(dataStart);
  const { entries, metadata: texts } = parseHeader(bytes.subarray(8, dataStart), data.length, refuse);
  const described = entries.map(({ start, end, ...entry }) => ({ ...entry, bytes: data.subarray(start, end) }));
  const metadata = checkedMetadata(texts, described, { file, refuse, createHash });
  const tensors = entries.map(({ name, shape, dtype, start, end }) => ({
    name,
    shape,
    data: numbersIn(data.subarray(start, end), dtype),
  }));
  return { tensors, metadata };
}

/** Refuses what the format or the reader does not allow. */
function requireWritable({ tensors, metadata }: Safetensors): void {
  const names = new Set([metadataKey]);
  for (const text of [...tensors.map(({ name }) => name), ...Object.entries(metadata).flat()]) {
    if (isLone(text)) throw new TypeError(`safetensors: ${shownJson(text)} has half a character, which UTF-8 has not`);
  }
  for (const { name, shape, data } of tensors) {
    if (names.has(name))
      throw new TypeError(`safetensors: names must differ, ${shownJson(name)} is there twice or reserved`);
    names.add(name);
    if (numElements(shape) === data.length) continue;
    throw new RangeError(
      `safetensors: ${shownJson(name)} has ${data.length} numbers, its shape is [${shape.join(", ")}]`,
    );
  }
  if (Object.hasOwn(metadata, checksumKey))
    throw new TypeError(`safetensors: the metadata ${checksumKey} are reserved`);
}

/** Length and header; spaces up to a multiple of 8 keep the tensors aligned. */
function headerPiece(entries: readonly (readonly [key: string, value: object])[]): Uint8Array {
  // As an object, names that are numbers would come first.
  const fields = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = 8 * Math.ceil(json.length / 8);
  if (length > maxHeaderBytes) {
    throw new RangeError(`safetensors: the header must have at most ${maxHeaderBytes} bytes, got ${length}`);
  }
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

function dtypeOf(data: NamedTensor["data"]): Dtype {
  return data instanceof Float32Array ? "F32" : "F64";
}

function numbersIn(bytes: Uint8Array, dtype: Dtype): NamedTensor["data"] {
  const isAligned = bytes.byteOffset % bytesOf[dtype] === 0;
  const { buffer, byteOffset } = isAligned ? bytes : new Uint8Array(bytes);
  const length = bytes.length / bytesOf[dtype];
  return dtype === "F32" ? new Float32Array(buffer, byteOffset, length) : new Float64Array(buffer, byteOffset, length);
}
