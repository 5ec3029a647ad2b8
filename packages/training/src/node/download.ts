/** A file from an address, checked against its size and checksum before anyone sees it. */
import { createHash } from "node:crypto";
import { InputError } from "../inputError.ts";
import { Interruption } from "../interruption.ts";

/** A file that is known before it is fetched. */
export interface KnownFile {
  readonly address: string;
  readonly bytes: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
}

/** Options of `download`. */
export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Told how many bytes are there, after each piece. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * The bytes of a file at an address.
 *
 * Memory: the file once. More bytes than it has are not read.
 *
 * @throws InputError that names the address where it cannot be reached, answers with an error, or gives another file; Interruption
 *   after a signal
 */
export async function download(
  { address, bytes, sha256 }: KnownFile,
  { signal, onProgress }: DownloadOptions = {},
): Promise<Uint8Array> {
  const file = new Uint8Array(bytes);
  let length = 0;
  for await (const piece of piecesAt(address, signal)) {
    if (length + piece.length > bytes) throw refusal(address, `must be a file of ${bytes} bytes`, "it has more");
    file.set(piece, length);
    length += piece.length;
    onProgress?.(length);
  }
  if (length < bytes) throw refusal(address, `must be a file of ${bytes} bytes`, `got ${length}`);
  const found = createHash("sha256").update(file).digest("hex");
  if (found !== sha256) throw refusal(address, `the file's SHA-256 must be ${sha256}`, `found ${found}`);
  return file;
}

async function* piecesAt(address: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    const answer = await fetch(address, signal === undefined ? {} : { signal });
    if (!answer.ok) throw refusal(address, "must give a file", `it answered ${answer.status} ${answer.statusText}`);
    if (answer.body !== null) yield* answer.body;
  } catch (error) {
    if (signal?.aborted) throw new Interruption("interrupted");
    if (error instanceof InputError) throw error;
    const { cause = error } = error as Error;
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new InputError({ path: address, rule: `cannot be reached (${why})` });
  }
}

function refusal(path: string, rule: string, got: string): InputError {
  return new InputError({ path, rule, value: got, got });
}
