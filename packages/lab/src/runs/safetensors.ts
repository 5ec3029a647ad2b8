/**
 * The safetensors format: an 8-byte little-endian length, a JSON header, then the tensors' bytes.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { InputError } from "../inputError.ts";

/** A float32 tensor by name. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors and texts of a file. */
export interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The bytes of a file. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, shape, data }) => {
    const start = offset;
    offset += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  // Spaces up to a multiple of 8 keep the tensors aligned.
  const header = new TextEncoder().encode(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)));
  const bytes = new Uint8Array(8 + header.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const { data } of tensors) {
    // float32 in the machine's order, which is little-endian wherever Node runs, as the format wants.
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * The tensors of a file.
 *
 * @param file - the name for messages
 * @throws InputError for a truncated or malformed file or a dtype other than F32
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const refuse = (why: string): never => {
    throw new InputError(`${file}: not a safetensors file of float32 (${why})`);
  };
  if (bytes.length < 8) return refuse(`${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (8 + headerLength > bytes.length) return refuse("truncated header");
  let header: Record<string, HeaderEntry> & { __metadata__?: Record<string, string> };
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  } catch {
    return refuse("malformed header");
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const body = bytes.subarray(8 + headerLength);
  const tensors = Object.entries(entries).map(([name, entry]): NamedTensor => {
    const [start, end] = entry.data_offsets ?? [];
    const length = entry.shape?.reduce((product, size) => product * size, 1);
    if (entry.dtype !== "F32") refuse(`${name} is ${entry.dtype}`);
    if (!(start >= 0 && end <= body.length && end - start === 4 * length)) refuse(`${name} is truncated`);
    return { name, shape: entry.shape, data: new Float32Array(new Uint8Array(body.subarray(start, end)).buffer) };
  });
  return { tensors, metadata };
}
