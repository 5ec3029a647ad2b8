/** Hashes of bytes: Node has fast ones of its own, pages take a library's; what is hashed is said once, here and beside. */

/** A hash of what is given to it so far. Bytes of a piece are at most 1 GiB. */
export interface Hash {
  update(data: Uint8Array | string): unknown;
  digest(encoding: "hex"): string;
}

/** Begins a hash; `createHash` of node:crypto is one. */
export type CreateHash = (algorithm: "sha256" | "md5") => Hash;

/** Hashes take less than 2 GiB at a time. */
const mostAtOnce = 2 ** 30;

/** Adds bytes of any length. */
export function addBytes(hash: Hash, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += mostAtOnce) hash.update(bytes.subarray(at, at + mostAtOnce));
}
