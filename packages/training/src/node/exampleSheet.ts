/** A picture of some examples, for eyes. */
import { sizeOf } from "onnx-grad";
import { PNG } from "pngjs";
import type { Examples } from "../data/split.ts";

/** Pixels between two examples. */
const gap = 2;
/** Pixels that an example has at least on the sheet. */
const side = 56;

/** Whether examples can be shown: grey [1, height, width] or colours [3, height, width]. */
export function arePictures({ inputShape: [channels, ...size] }: Pick<Examples, "inputShape">): boolean {
  return size.length === 2 && (channels === 1 || channels === 3);
}

/**
 * Examples beside each other as a PNG; black and white are the smallest and the largest number of each channel on the sheet, so that
 * standardised pictures look as they did.
 *
 * @param rows - the examples of each row of the sheet
 */
export function exampleSheet(
  examples: Examples,
  rows: readonly (readonly number[])[],
  order: "rgb" | "bgr" = "rgb",
): Uint8Array {
  const [channels, height, width] = examples.inputShape as [number, number, number];
  const scale = Math.max(1, Math.ceil(side / Math.max(height, width)));
  const columns = Math.max(1, ...rows.map(({ length }) => length));
  const sheet = new PNG({
    width: columns * (scale * width + gap) - gap,
    height: Math.max(1, rows.length) * (scale * height + gap) - gap,
  });
  sheet.data.fill(255);
  const pictures = rows.map((row) => row.map((index) => numbersOf(examples, index)));
  const [low, high] = rangesOf(pictures.flat(), channels);
  const grey = (picture: Float32Array, channel: number, pixel: number): number => {
    const spread = high![channel]! - low![channel]! || 1;
    return Math.round((255 * (picture[channel * height * width + pixel]! - low![channel]!)) / spread);
  };
  pictures.forEach((row, i) => {
    row.forEach((picture, j) => {
      for (let y = 0; y < scale * height; y++)
        for (let x = 0; x < scale * width; x++) {
          const pixel = Math.floor(y / scale) * width + Math.floor(x / scale);
          const colours = Array.from({ length: channels }, (_, channel) => grey(picture, channel, pixel));
          const [red = 0, green = red, blue = red] = order === "rgb" ? colours : colours.reverse();
          const to = 4 * ((i * (scale * height + gap) + y) * sheet.width + j * (scale * width + gap) + x);
          sheet.data.set([red, green, blue], to);
        }
    });
  });
  return PNG.sync.write(sheet);
}

function numbersOf({ inputShape, readExampleInto }: Examples, index: number): Float32Array {
  const out = new Float32Array(sizeOf(inputShape));
  readExampleInto(out, 0, index);
  return out;
}

/** The smallest and the largest number of each channel. */
function rangesOf(pictures: readonly Float32Array[], channels: number): [number[], number[]] {
  const low = new Array<number>(channels).fill(Number.POSITIVE_INFINITY);
  const high = new Array<number>(channels).fill(Number.NEGATIVE_INFINITY);
  for (const picture of pictures) {
    const perChannel = picture.length / channels;
    picture.forEach((value, i) => {
      const channel = Math.floor(i / perChannel);
      low[channel] = Math.min(low[channel]!, value);
      high[channel] = Math.max(high[channel]!, value);
    });
  }
  return [low, high];
}
