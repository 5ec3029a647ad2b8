/**
 * A checksum of bytes against damage on the way; it does not keep forgers out.
 *
 * @see Collet, "xxHash fast digest algorithm", XXH32 (the specification, version 0.1.1)
 */

const [prime1, prime2, prime3, prime4, prime5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const round = (lane: number, word: number): number =>
  Math.imul(rotated((lane + Math.imul(word, prime2)) | 0, 13), prime1);

/** XXH32 of bytes, from 0 to 2³² − 1. Cost: one pass. */
export function xxHash32(bytes: Uint8Array, seed = 0): number {
  // Words are read in the order of the machine, which is little-endian wherever JavaScript runs in practice; bytes that do not
  // begin at a word are copied; the `slice` of Node's Buffer would share them.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const { length } = aligned;
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, length >> 2);
  let at = 0;
  let hash = (seed + prime5) | 0;
  if (length >= 16) {
    let [a, b, c, d] = [(seed + prime1 + prime2) | 0, (seed + prime2) | 0, seed | 0, (seed - prime1) | 0];
    for (const end = (length >> 4) << 2; at < end; at += 4) {
      a = round(a, words[at]!);
      b = round(b, words[at + 1]!);
      c = round(c, words[at + 2]!);
      d = round(d, words[at + 3]!);
    }
    hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0;
  }
  hash = (hash + length) | 0;
  for (; at < words.length; at++) hash = Math.imul(rotated((hash + Math.imul(words[at]!, prime3)) | 0, 17), prime4);
  for (let i = at * 4; i < length; i++)
    hash = Math.imul(rotated((hash + Math.imul(aligned[i]!, prime5)) | 0, 11), prime1);
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
