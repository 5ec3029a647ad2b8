/**
 * The IDX format of MNIST and its kin: a big-endian header (magic number, sizes), then bytes.
 *
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", file formats
 */
import { InputError } from "../inputError.ts";
import { imageSplit } from "./imageSplit.ts";
import type { Split } from "./split.ts";

/** Images: count × rows × columns bytes. */
export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly pixels: Uint8Array;
}

/** Images with their labels. */
export interface IdxPart extends IdxImages {
  readonly labels: Uint8Array;
}

/** The four files of a set. */
export type IdxFileName = "train-images" | "train-labels" | "t10k-images" | "t10k-labels";

/** The bytes of a file, and its name for messages. */
export interface IdxFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the items of a file are. */
export interface IdxKind {
  readonly name: string;
  readonly magic: number;
  readonly rank: number;
}

/** The kinds of files that are read. */
export const idxKinds: { readonly images: IdxKind; readonly labels: IdxKind } = {
  images: { name: "images", magic: 0x00000803, rank: 3 },
  labels: { name: "labels", magic: 0x00000801, rank: 1 },
};

/** Of a file, plain or unpacked: twice the largest set of its kind (EMNIST). */
export const maxIdxBytes: number = 2 ** 30;

/** The header of a file. */
export interface IdxHeader {
  readonly sizes: readonly number[];
  readonly headerLength: number;
  /** Bytes of the whole file. */
  readonly length: number;
  /** In words, for messages. */
  readonly need: string;
}

/** Gives the bytes of a file, unpacked where they are packed. @throws InputError for a malformed one */
export type Unpack = (file: IdxFile, kind: IdxKind) => Uint8Array;

/** @throws InputError for a wrong magic number, a header that is cut, or items of more than 1 GiB */
export function idxHeader(head: Uint8Array, path: string, { name, magic, rank }: IdxKind): IdxHeader {
  const headerLength = 4 * (1 + rank);
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const begins = head.length >= 4 ? view.getUint32(0) : null;
  if (begins !== magic) {
    const what = begins === null ? `only ${head.length} bytes` : hex(begins);
    const rule = `an IDX file of ${name} must begin with ${hex(magic)}`;
    throw new InputError({ path, rule, value: what, got: `found ${what}` });
  }
  if (head.length < headerLength) {
    const rule = `truncated, the header has ${headerLength} bytes`;
    throw new InputError({ path, rule, value: head.length, got: `found ${head.length}` });
  }
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = sizes.reduce((product, size) => product * size, 1) + headerLength;
  const need = `${sizes.join("×")} ${name} need ${length} bytes`;
  if (length > maxIdxBytes) throw new InputError({ path, rule: `${need}, must be at most ${maxIdxBytes}` });
  return { sizes, headerLength, length, need };
}

/**
 * The images of a plain file.
 *
 * @throws InputError for a wrong magic number, a wrong length, no images or more than 1 GiB
 */
export function idxImages(bytes: Uint8Array, path: string): IdxImages {
  const { sizes, items } = itemsIn(bytes, path, idxKinds.images);
  const [count, rows, columns] = sizes as [number, number, number];
  return { count, rows, columns, pixels: items };
}

/** The labels of a plain file; as `idxImages`. */
export function idxLabels(bytes: Uint8Array, path: string): Uint8Array {
  return itemsIn(bytes, path, idxKinds.labels).items;
}

/** Images with their labels. @throws InputError for malformed files, and unless there are as many labels as images */
export function idxPart(imagesFile: IdxFile, labelsFile: IdxFile, unpack: Unpack = ({ bytes }) => bytes): IdxPart {
  const images = idxImages(unpack(imagesFile, idxKinds.images), imagesFile.path);
  const labels = idxLabels(unpack(labelsFile, idxKinds.labels), labelsFile.path);
  const { count } = images;
  if (labels.length !== count) {
    throw new InputError({
      path: labelsFile.path,
      rule: `there must be as many labels as images, ${count}`,
      value: labels.length,
      got: `found ${labels.length}`,
    });
  }
  return { ...images, labels };
}

/** A part as a split. @param first - the label of class 0 */
export function splitOf({ count, rows, columns, pixels, labels }: IdxPart, first = 0, numClasses = 10): Split {
  const shifted = first === 0 ? labels : labels.map((label) => label - first);
  return imageSplit(pixels, shifted, [1, rows, columns], 0, count, numClasses);
}

function itemsIn(bytes: Uint8Array, path: string, kind: IdxKind) {
  const { sizes, headerLength, length, need } = idxHeader(bytes, path, kind);
  if (bytes.length !== length) {
    const how = bytes.length < length ? "truncated" : "too long";
    throw new InputError({ path, rule: `${how}, ${need}`, value: bytes.length, got: `found ${bytes.length}` });
  }
  if (sizes[0] === 0) throw new InputError({ path, rule: `there are no ${kind.name} in it` });
  return { sizes, items: bytes.subarray(headerLength) };
}
