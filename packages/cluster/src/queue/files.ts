/** Files that a piece of work has left, carried back in chunks; which there are, and their checksums, stands in its outcome. */
import { ClusterError, checkName } from "../clusterError.ts";
import type { Streams } from "../jetstream/streams.ts";
import { chunkBytes } from "../wire/chunks.ts";
import { xxHash32 } from "../wire/xxHash32.ts";
import type { FilePlace, QueueNames } from "./queueStreams.ts";

/** A file as the outcome tells of it. */
export interface FileRecord {
  /** A name that no other has: a piece that was removed, or lost with a disk, begins again at its first attempt. */
  readonly file: string;
  readonly path: string;
  readonly bytes: number;
  /** XXH32 of each chunk. */
  readonly checks: readonly number[];
}

const part = String.raw`(?!\.\.?(/|$))[\w.-]+`;
const plainPath = new RegExp(`^${part}(/${part})*$`);

/** @throws RangeError for a path that leads out of its folder, or is written as on one system only */
export function checkPath(where: string, path: string): void {
  checkName(where, "path", path, plainPath, "relative: letters, digits, _ . - between single /");
}

/** Cost: the bytes once more, as they are sent. */
export async function sendFile(
  streams: Streams,
  names: QueueNames,
  place: FilePlace,
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<FileRecord> {
  const count = Math.ceil(bytes.length / chunkBytes);
  const chunks = Array.from({ length: count }, (_, i) => bytes.slice(i * chunkBytes, (i + 1) * chunkBytes));
  await Promise.all(
    chunks.map((chunk, i) => streams.insist(() => streams.store(names.chunk(place, i), chunk), signal)),
  );
  return { file: place.file, path, bytes: bytes.length, checks: chunks.map((chunk) => xxHash32(chunk)) };
}

/** @throws ClusterError "damaged" for a path as `checkPath`, and where a chunk is not there or not what was sent */
export async function receiveFile(
  streams: Streams,
  names: QueueNames,
  place: FilePlace,
  { path, bytes, checks }: FileRecord,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const refuse = (rule: string): never => {
    throw new ClusterError("damaged", "files", `${place.id}/${path}`, rule);
  };
  if (!plainPath.test(path)) refuse("has a path that no worker sends");
  if (checks.length !== Math.ceil(bytes / chunkBytes)) refuse("has another number of chunks than its bytes take");
  const whole = new Uint8Array(bytes);
  for (const [i, check] of checks.entries()) {
    const data = (await streams.insist(() => streams.newest(names.files, names.chunk(place, i)), signal))?.data;
    const room = whole.subarray(i * chunkBytes, (i + 1) * chunkBytes);
    if (data === undefined || data.length !== room.length || xxHash32(data) !== check)
      return refuse(`is not what was sent (chunk ${i})`);
    room.set(data);
  }
  return whole;
}
