/**
 * Tensors as NumPy reads them: a zip archive of .npy files, stored without compression.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { InputError } from "entropy-sgd-training";
import type { NamedTensor } from "entropy-sgd-training/formats";
import { zipSync } from "fflate";

/** The bytes of an archive with a file for each tensor, the same for the same tensors. Cost: twice the tensors' memory. */
export function encodeNpz(tensors: readonly NamedTensor[]): Uint8Array {
  const files = tensors.map((tensor) => [`${tensor.name}.npy`, npy(tensor)] as const);
  const size = files.reduce((sum, [, { length }]) => sum + length, 0);
  // Larger archives need the format's extension of 64 bits, which the package does not write.
  if (size >= 2 ** 32 - 2 ** 20)
    throw new InputError({ name: "weights", rule: "must be below 4 GiB for .npz", value: size });
  // The first time that the format can hold, as local time.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}

/** Version 1.0: magic bytes, the length of a description that ends at a multiple of 64, the description, the numbers. */
function npy({ shape, data }: NamedTensor): Uint8Array {
  const type = data instanceof Float64Array ? "<f8" : "<f4";
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const description = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + description.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + data.byteLength);
  bytes.set([0x93, ...Buffer.from("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(Buffer.from(`${description.padEnd(length - 11)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}
