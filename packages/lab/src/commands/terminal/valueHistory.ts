/** A curve of any length in bounded memory. */

/** Twice as many as the widest sparkline has characters. */
const maxBins = 128;

/** Values in their order, as means of equally many neighbours. */
export interface ValueHistory {
  add(value: number): void;
  /** The means so far, at most 128; the last may be of fewer values. */
  values(): readonly number[];
}

/** An empty history. When it is full, neighbours are joined and each mean is one of twice as many values. */
export function valueHistory(): ValueHistory {
  let bins: number[] = [];
  let [perBin, sum, count] = [1, 0, 0];
  return {
    add(value) {
      sum += value;
      count += 1;
      if (count < perBin) return;
      bins.push(sum / count);
      [sum, count] = [0, 0];
      if (bins.length < maxBins) return;
      bins = Array.from({ length: maxBins / 2 }, (_, i) => (bins[2 * i]! + bins[2 * i + 1]!) / 2);
      perBin *= 2;
    },
    values: () => (count === 0 ? bins : [...bins, sum / count]),
  };
}
