/** Lengths and hashes of files, and JSON that carries its own hash. */
import { createHash, type Hash } from "node:crypto";
import { InputError } from "entropy-sgd-training";
import { z } from "zod";

/** Length and hash of a file. */
export interface FileDigest {
  readonly bytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

/** The rule of a digest in a file. */
export const fileDigestSchema: z.ZodType<FileDigest> = z.strictObject({ bytes: z.int().min(0), sha256: z.string() });

/** A digest of the bytes given so far. */
export interface Digester {
  update(piece: Uint8Array): void;
  digest(): FileDigest;
}

/** A digest without any bytes yet. */
export function digester(): Digester {
  const hash: Hash = createHash("sha256");
  let bytes = 0;
  return {
    update(piece) {
      // `update` takes less than 2 GiB at a time.
      const most = 2 ** 30;
      for (let at = 0; at < piece.length; at += most) hash.update(piece.subarray(at, at + most));
      bytes += piece.length;
    },
    digest: () => ({ bytes, sha256: hash.digest("hex") }),
  };
}

/** The digest of a file in pieces. */
export function digestOf(pieces: Iterable<Uint8Array>): FileDigest {
  const all = digester();
  for (const piece of pieces) all.update(piece);
  return all.digest();
}

/** @param where - the file with the expected digest, for messages */
export function requireDigest(file: string, found: FileDigest, wanted: FileDigest, where: string): void {
  if (found.bytes !== wanted.bytes) {
    throw new InputError({
      path: file,
      rule: `damaged, it must have ${wanted.bytes} bytes`,
      value: found.bytes,
      got: `it has ${found.bytes}`,
    });
  }
  if (found.sha256 !== wanted.sha256) {
    throw new InputError({ path: file, rule: `damaged, its SHA-256 is not the one in ${where}` });
  }
}

/** The pieces of a file, checked against a digest. @throws InputError after the last piece if they do not match */
export function* checkedPieces(
  pieces: Iterable<Uint8Array>,
  file: string,
  wanted: FileDigest,
  where: string,
): Generator<Uint8Array, void, void> {
  const all = digester();
  for (const piece of pieces) {
    all.update(piece);
    yield piece;
  }
  requireDigest(file, all.digest(), wanted, where);
}

const start = '{"sha256":"';
const middle = '","content":';
const end = "}\n";

/** JSON that carries the hash of its own content: `{"sha256":"…","content":…}`. */
export function withOwnHash(content: string): string {
  return `${start}${createHash("sha256").update(content).digest("hex")}${middle}${content}${end}`;
}

/** Whether a text begins as such JSON does. */
export function isHashed(text: string): boolean {
  return text.startsWith(start);
}

/** The content of such JSON. @throws InputError if it does not match its hash */
export function contentOf(text: string, file: string): string {
  const content = text.slice(start.length + 64 + middle.length, -end.length);
  if (text === withOwnHash(content)) return content;
  throw new InputError({ path: file, rule: "damaged, its SHA-256 is not the one it names" });
}
