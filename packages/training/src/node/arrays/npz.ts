/** The .npz format of NumPy: .npy files in a zip, which is unpacked to a bounded size. */
import { unzipSync } from "fflate";
import { InputError } from "../../inputError.ts";
import { bytesSource } from "../byteSource.ts";
import { readPlain } from "../plainFiles.ts";
import { npyArray } from "./npy.ts";
import type { StoredArray } from "./storedArray.ts";

/** Bytes of a zip, and of what it unpacks to. */
const maxBytes: number = 2 ** 31;

/** The arrays of a file. @throws InputError with file and rule for a damaged one, and one that unpacks to more than 2 GiB */
export function npzArrays(path: string): { readonly arrays: readonly StoredArray[]; readonly bytes: Uint8Array } {
  const bytes = readPlain(path, maxBytes, { followLinks: true });
  return {
    bytes,
    arrays: Object.entries(unpacked(path, bytes)).map(([file, content]) =>
      npyArray(file.replace(/\.npy$/, ""), bytesSource(`${path}: ${file}`, content)),
    ),
  };
}

function unpacked(path: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let total = 0;
  try {
    // fflate unpacks an entry into as many bytes as its header says, not more.
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (total > maxBytes)
          throw new InputError({ path, rule: `must unpack to at most ${maxBytes} bytes`, value: total });
        return name.endsWith(".npy");
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({
      path,
      rule: `the zip is damaged (${error instanceof Error ? error.message : String(error)})`,
    });
  }
}
