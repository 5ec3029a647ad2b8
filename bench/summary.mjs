// Medians and spreads of what was measured.

/** The median. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median over rounds of the rounds' medians, with the smallest and largest; null where nothing was measured. */
export function summaryOf(runs, quantity) {
  const medians = runs.map((run) => run[quantity]).filter((value) => value !== undefined && value !== null);
  if (medians.length === 0) return null;
  const values = medians.map((value) => (Array.isArray(value) ? median(value) : value));
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** One row per network and engine. */
export function stepTable({ networks }) {
  return Object.entries(networks).flatMap(([network, { engines }]) =>
    engines.map(({ name, reason, runs }) => {
      const rounded = (quantity) => {
        const found = summaryOf(runs, quantity);
        return found === null ? null : Number(found.median.toFixed(3));
      };
      const [gradientMs, updateMs, stepMs] = ["gradientMs", "updateMs", "stepMs"].map(rounded);
      return { network, engine: name, gradientMs, updateMs, stepMs, ...(reason === null ? {} : { reason }) };
    }),
  );
}
