import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes a small data set of 28×28 images in IDX files: class c has a bright square at its own place, in noise if wanted. */
export function writeSmallImages(folder: string, { noisy = false }: { readonly noisy?: boolean } = {}): void {
  mkdirSync(folder, { recursive: true });
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  for (const [name, count] of [
    ["train", 700],
    ["t10k", 200],
  ] as const) {
    const images = Buffer.alloc(16 + 784 * count);
    const labels = Buffer.alloc(8 + count);
    [0x803, count, 28, 28].forEach((word, i) => void images.writeUInt32BE(word, 4 * i));
    [0x801, count].forEach((word, i) => void labels.writeUInt32BE(word, 4 * i));
    for (let i = 0; i < count; i++) {
      const label = (7 * i) % 10;
      labels[8 + i] = label;
      for (let p = 0; p < 784; p++) {
        const [row, column] = [Math.floor(p / 28) - 8 * Math.floor(label / 4), (p % 28) - 7 * (label % 4)];
        const isBright = row >= 0 && row < 6 && column >= 0 && column < 6;
        const clean = isBright ? 200 + (i % 50) : 0;
        images[16 + 784 * i + p] = noisy ? (isBright ? 128 : 0) + noise() / 2 : clean;
      }
    }
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labels);
  }
}
