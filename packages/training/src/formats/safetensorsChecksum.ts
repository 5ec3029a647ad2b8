/**
 * Checksums of safetensors files, in their metadata.
 *
 * Files written here have the key `entropy-sgd.sha256` with `1:` (the format of the checksum) and the SHA-256, in
 * hexadecimal digits, of the content: of each tensor, by name, `["name","dtype",[shape]]` as JSON, a line feed and
 * its bytes; then the other metadata by key, as a JSON list of pairs. The order of tensors in the file does not matter.
 *
 * Files of earlier versions have the SHA-256 of the tensors' bytes alone under `sha256`. Other writers may use that key for
 * something else: it is verified only beside exactly the keys that were written with it.
 */
import { InputError } from "../inputError.ts";
import { addBytes, type CreateHash } from "./hashing.ts";
import { type Dtype, metadataKey } from "./safetensorsHeader.ts";
import { type Refuse, shownJson } from "./strictJson.ts";

/** A tensor by its bytes. */
export interface TensorBytes {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

type Texts = Readonly<Record<string, string>>;

/** How a file is checked: its name for messages, what throws its errors, the host's hashes. */
export interface Checking {
  readonly file: string;
  readonly refuse: Refuse;
  readonly createHash: CreateHash;
}

/** The key of the checksum in the metadata. */
export const checksumKey = "entropy-sgd.sha256";
const formatMark = "1:";
const earlierKey = "sha256";

/** The metadata with the checksum of a file. Cost: reading every tensor once. */
export function withChecksum(metadata: Texts, tensors: readonly TensorBytes[], createHash: CreateHash): Texts {
  return { ...metadata, [checksumKey]: formatMark + checksumOf(metadata, tensors, createHash) };
}

/**
 * The metadata of a file without its checksum, which is verified; metadata of other writers unchanged.
 *
 * @throws InputError for a checksum that does not match, what `refuse` throws for a malformed one
 */
export function checkedMetadata(
  texts: Texts,
  tensors: readonly TensorBytes[],
  { file, refuse, createHash }: Checking,
): Texts {
  const { [checksumKey]: wanted, ...metadata } = texts;
  if (wanted === undefined) return earlierMetadata(texts, tensors, file, createHash);
  if (!new RegExp(`^${formatMark}[0-9a-f]{64}$`).test(wanted)) {
    return refuse(
      `${metadataKey}: ${checksumKey} must be ${formatMark} and 64 hexadecimal digits, found ${shownJson(wanted)}`,
    );
  }
  const found = checksumOf(metadata, tensors, createHash);
  requireEqual(found, wanted.slice(formatMark.length), file, "tensors, names and metadata");
  return metadata;
}

function earlierMetadata(texts: Texts, tensors: readonly TensorBytes[], file: string, createHash: CreateHash): Texts {
  const { [earlierKey]: wanted, ...metadata } = texts;
  const isOwn = Object.keys(texts).sort().join() === ["gradients", "network", earlierKey].join();
  if (!isOwn || wanted === undefined || !/^[0-9a-f]{64}$/.test(wanted)) return texts;
  const hash = createHash("sha256");
  for (const { bytes } of tensors) addBytes(hash, bytes);
  requireEqual(hash.digest("hex"), wanted, file, "tensors");
  return metadata;
}

function requireEqual(found: string, wanted: string, file: string, of: string): void {
  if (found === wanted) return;
  throw new InputError({
    path: file,
    rule: `damaged, the SHA-256 of its ${of} must be ${wanted}`,
    value: found,
    got: `found ${found}`,
  });
}

function checksumOf(metadata: Texts, tensors: readonly TensorBytes[], createHash: CreateHash): string {
  const hash = createHash("sha256");
  for (const { name, dtype, shape, bytes } of [...tensors].sort((a, b) => compared(a.name, b.name))) {
    hash.update(`${JSON.stringify([name, dtype, shape])}\n`);
    addBytes(hash, bytes);
  }
  hash.update(JSON.stringify(Object.entries(metadata).sort(([a], [b]) => compared(a, b))));
  return hash.digest("hex");
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
