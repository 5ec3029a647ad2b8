import { createHash } from "node:crypto";

/** SHA-256 of the bytes of a data set, in hexadecimal digits. */
export function checksumOf(arrays: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(array);
  return hash.digest("hex");
}
