/** Safetensors files for tests. */
import type { Safetensors } from "entropy-sgd-training/formats";

/** Three tensors with metadata. */
export const file: Safetensors = {
  tensors: [
    { name: "a.weight", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: "β", shape: [], data: Float32Array.of(Number.NaN) },
    { name: "steps", shape: [2], data: Float64Array.of(0.1, -0) },
  ],
  metadata: { network: "tiny" },
};

/** A file around a header as it stands, of any length, and data. */
export function framed(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return new Uint8Array(Buffer.concat([length, text, data]));
}

export function headerOf(bytes: Uint8Array): { text: string; end: number } {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { text: new TextDecoder().decode(bytes.subarray(8, end)), end };
}
