/** What entries and packages may weigh, about a tenth above what they do. */

/** Bytes of an entry minified and gzipped, without the packages beside it and the compiled kernels, which are data. */
export const entryBudgets: Readonly<Record<string, number>> = {
  "entropy-sgd": 18_900,
  "entropy-sgd/sampling": 5_900,
  "entropy-sgd/landscape": 23_400,
  "entropy-sgd/planted": 6_600,
  "entropy-sgd/random": 3_500,
  "entropy-sgd/workers": 1_850,
  "entropy-sgd/tfjs": 19_500,
  "onnx-grad": 44_000,
  "onnx-grad/layers": 14_000,
  "entropy-sgd-training": 24_500,
  "onnx-grad/onnx": 58_000,
  "entropy-sgd-training/onnx": 1_600,
  "entropy-sgd-training/tfjs": 8_100,
  "entropy-sgd-training/formats": 6_300,
  "entropy-sgd-training/node": 36_000,
  "entropy-sgd-training/web": 13_000,
  "entropy-sgd-cluster": 15_900,
  "entropy-sgd-cluster/node": 630,
  "entropy-sgd-lab": 214_000,
};

/** A package as it is downloaded (kB), as it lies on the disk (kB), and its files; declarations, maps and sources come with it. */
export interface PackBudget {
  readonly packedKB: number;
  readonly unpackedKB: number;
  readonly files: number;
}

export const packBudgets: Readonly<Record<string, PackBudget>> = {
  "entropy-sgd": { packedKB: 400, unpackedKB: 1_640, files: 690 },
  "onnx-grad": { packedKB: 530, unpackedKB: 2_300, files: 900 },
  "entropy-sgd-training": { packedKB: 450, unpackedKB: 1_840, files: 925 },
  "entropy-sgd-cluster": { packedKB: 150, unpackedKB: 620, files: 325 },
  "entropy-sgd-lab": { packedKB: 1_200, unpackedKB: 4_800, files: 1_880 },
};

/** Keys whose value is above its budget, or so far below that the budget guards nothing. */
export function outOfBudget<Key extends string>(
  values: Readonly<Record<Key, number>>,
  budget: Readonly<Record<Key, number>>,
): Key[] {
  return (Object.keys(budget) as Key[]).filter((key) => values[key] > budget[key] || values[key] < 0.8 * budget[key]);
}
