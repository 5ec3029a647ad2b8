/** Lengths and hashes of files, and JSON that carries its own hash. */
import { z } from "zod";
import { InputError } from "../inputError.ts";
import { addBytes, type CreateHash } from "./hashing.ts";

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

/** What is made with the hashes of a host. */
export interface Digests {
  /** A digest without any bytes yet. */
  digester(): Digester;
  /** The digest of a file in pieces. */
  digestOf(pieces: Iterable<Uint8Array>): FileDigest;
  /** The pieces of a file, checked against a digest. @throws InputError after the last piece if they do not match */
  checkedPieces(
    pieces: Iterable<Uint8Array>,
    file: string,
    wanted: FileDigest,
    where: string,
  ): Generator<Uint8Array, void, void>;
  /** JSON that carries the hash of its own content: `{"sha256":"…","content":…}`. */
  withOwnHash(content: string): string;
  /** The content of such JSON. @throws InputError if it does not match its hash */
  contentOf(text: string, file: string): string;
}

const start = '{"sha256":"';
const middle = '","content":';
const end = "}\n";

/** Digests by the hashes of a host. */
export function digestsBy(createHash: CreateHash): Digests {
  const digester = (): Digester => {
    const hash = createHash("sha256");
    let bytes = 0;
    return {
      update(piece) {
        addBytes(hash, piece);
        bytes += piece.length;
      },
      digest: () => ({ bytes, sha256: hash.digest("hex") }),
    };
  };
  const withOwnHash = (content: string): string => {
    const hash = createHash("sha256");
    addBytes(hash, new TextEncoder().encode(content));
    return `${start}${hash.digest("hex")}${middle}${content}${end}`;
  };
  return {
    digester,
    digestOf(pieces) {
      const all = digester();
      for (const piece of pieces) all.update(piece);
      return all.digest();
    },
    *checkedPieces(pieces, file, wanted, where) {
      const all = digester();
      for (const piece of pieces) {
        all.update(piece);
        yield piece;
      }
      requireDigest(file, all.digest(), wanted, where);
    },
    withOwnHash,
    contentOf(text, file) {
      const content = text.slice(start.length + 64 + middle.length, -end.length);
      if (text === withOwnHash(content)) return content;
      throw new InputError({ path: file, rule: "damaged, its SHA-256 is not the one it names" });
    },
  };
}

/** Whether a text begins as JSON with its own hash does. */
export function isHashed(text: string): boolean {
  return text.startsWith(start);
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
