/**
 * Pictures in PNG and JPEG as bytes [channels, height, width].
 *
 * Transparency is dropped. The orientation that cameras note in EXIF is not considered. Grey is 0.299 R + 0.587 G + 0.114 B
 * (ITU-R BT.601).
 */
import { inflateSync } from "node:zlib";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { InputError } from "../../inputError.ts";
import { readPlain } from "../plainFiles.ts";

/** A picture with three channels. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  /** Shape [3, height, width]: red, green, blue. */
  readonly pixels: Uint8Array;
}

const maxFileBytes: number = 2 ** 28;
/** Of one picture: as much as takes 256 MiB while it is decoded. */
const maxPixels: number = 2 ** 26;

/** Whether a file is a picture by its name. */
export function isPicture(file: string): boolean {
  return /\.(png|jpe?g)$/i.test(file);
}

/** Reads a picture. @throws InputError with the file for one that is damaged, of another format or of more than 2^26 pixels */
export function readPicture(path: string): Picture & { readonly bytes: Uint8Array } {
  const bytes = readPlain(path, maxFileBytes, { followLinks: true });
  return { ...decoded(bytes, path), bytes };
}

function decoded(bytes: Uint8Array, path: string): Picture {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg) throw new InputError({ path, rule: "must be a picture in PNG or JPEG" });
  try {
    if (isPng) {
      requireWholePng(bytes, path);
      return withoutAlpha(PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    }
    const limits = { maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: 1024 };
    return withoutAlpha(
      jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true, tolerantDecoding: false, ...limits }),
    );
  } catch (error) {
    if (error instanceof InputError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw new InputError({ path, rule: `the ${isPng ? "PNG" : "JPEG"} picture is damaged (${what})` });
  }
}

/** Channels by the PNG's type of colour. */
const channelsByType: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** First column and row, and the steps between them, of each pass of an interlaced PNG (Adam7). */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Checks that a PNG is of modest size and unpacks to exactly what its header says: pngjs takes pixels that are missing as black,
 * and does not bound interlaced ones.
 */
function requireWholePng(bytes: Uint8Array, path: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) throw new Error("no header");
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width * height > maxPixels) {
    const rule = `pictures must have at most ${maxPixels} pixels`;
    throw new InputError({ path, rule, value: width * height, got: `this has ${width}×${height}` });
  }
  const packed: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const isData = view.getUint32(at + 4) === 0x49444154;
    if (isData) packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const bits = bytes[24]! * (channelsByType[bytes[25]!] ?? 0);
  let expected = 0;
  for (const [left, top, across, down] of bytes[28] === 0 ? [[0, 0, 1, 1] as const] : passes) {
    const columns = Math.ceil((width - left) / across);
    if (columns > 0) expected += Math.max(Math.ceil((height - top) / down), 0) * (1 + Math.ceil((columns * bits) / 8));
  }
  const { length } = inflateSync(Buffer.concat(packed), { maxOutputLength: Math.max(expected, 1) });
  if (length !== expected) throw new Error(`${expected} bytes of pixels are needed, there are ${length}`);
}

function withoutAlpha({ width, height, data }: { width: number; height: number; data: Uint8Array }): Picture {
  const size = width * height;
  const pixels = new Uint8Array(3 * size);
  for (let i = 0; i < size; i++)
    for (let channel = 0; channel < 3; channel++) pixels[channel * size + i] = data[4 * i + channel]!;
  return { height, width, pixels };
}

/** Whether any pixel's channels differ. */
export function hasColours({ pixels, height, width }: Picture): boolean {
  const size = height * width;
  for (let i = 0; i < size; i++) {
    if (pixels[i] !== pixels[size + i] || pixels[i] !== pixels[2 * size + i]) return true;
  }
  return false;
}

/** The channels of a picture in an order: grey, red to blue, or blue to red. */
export function channelsOf({ pixels, height, width }: Picture, channels: 1 | 3, order: "rgb" | "bgr"): Uint8Array {
  const size = height * width;
  if (channels === 3 && order === "rgb") return pixels;
  const [red, green, blue] = [0, 1, 2].map((channel) => pixels.subarray(channel * size, (channel + 1) * size));
  if (channels === 1) {
    return red!.map((r, i) => Math.round(0.299 * r + 0.587 * green![i]! + 0.114 * blue![i]!));
  }
  const swapped = new Uint8Array(3 * size);
  [blue!, green!, red!].forEach((channel, i) => {
    swapped.set(channel, i * size);
  });
  return swapped;
}
