import type { Picture } from "./pictures.ts";

/**
 * A picture in another size: each pixel is a mean with the weights of a triangle as wide as the larger of two pixels, the old
 * and the new. Enlarged this is bilinear interpolation; made smaller, every old pixel counts, so that nothing aliases.
 */
export function resized(picture: Picture, height: number, width: number): Picture {
  const { pixels } = picture;
  if (picture.height === height && picture.width === width) return picture;
  const columns = weightsOf(picture.width, width);
  const rows = weightsOf(picture.height, height);
  const narrow = new Float32Array(3 * picture.height * width);
  for (let row = 0; row < 3 * picture.height; row++) {
    columns.forEach(({ from, weights }, x) => {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * pixels[row * picture.width + from + i]!;
      narrow[row * width + x] = sum;
    });
  }
  // Uint8ClampedArray rounds what is stored.
  const out = new Uint8ClampedArray(3 * height * width);
  for (let channel = 0; channel < 3; channel++) {
    rows.forEach(({ from, weights }, y) => {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) {
          sum += weights[i]! * narrow[(channel * picture.height + from + i) * width + x]!;
        }
        out[(channel * height + y) * width + x] = sum;
      }
    });
  }
  return { height, width, pixels: new Uint8Array(out.buffer) };
}

/** For each of `to` new pixels the first of the `from` old ones that count, and their weights, which add up to 1. */
function weightsOf(from: number, to: number): { readonly from: number; readonly weights: readonly number[] }[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(Math.ceil(centre - reach), 0);
    const last = Math.min(Math.floor(centre + reach), from - 1);
    const raw = Array.from({ length: last - first + 1 }, (_unused, k) => 1 - Math.abs(first + k - centre) / reach);
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { from: first, weights: raw.map((weight) => weight / total) };
  });
}
