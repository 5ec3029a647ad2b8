// Medians and spreads of what was measured.

/** The median. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median over rounds of the rounds' medians, with the smallest and largest; null where nothing was measured. */
export function summaryOf(runs, quantity) {
  const measured = runs.map((run) => run[quantity]).filter((value) => value !== undefined && value !== null);
  if (measured.length === 0) return null;
  const values = measured.map((value) => (Array.isArray(value) ? median(value) : value));
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** The median over rounds alone, or null. */
export const medianOf = (runs, quantity) => summaryOf(runs, quantity)?.median ?? null;

/** The engine of a network by name; one that was not measured has no runs. */
export const engineOf = ({ engines }, name) => engines.find((engine) => engine.name === name) ?? { runs: [] };

/** How many times ours an engine takes, or null. */
export function ratioToOurs(network, name, quantity) {
  const [ours, other] = ["ours", name].map((engine) => medianOf(engineOf(network, engine).runs, quantity));
  return ours === null || other === null ? null : other / ours;
}

/** One row per network and engine. */
export function stepTable(networks) {
  return Object.entries(networks).flatMap(([network, { engines }]) =>
    engines.map(({ name, reason, runs }) => {
      const rounded = (quantity) => {
        const value = medianOf(runs, quantity);
        return value === null ? null : Number(value.toFixed(3));
      };
      const [gradientMs, updateMs, stepMs] = ["gradientMs", "updateMs", "stepMs"].map(rounded);
      return { network, engine: name, gradientMs, updateMs, stepMs, ...(reason === null ? {} : { reason }) };
    }),
  );
}

/** Engines have to compute the same: one whose first loss differs from ours by more than 1e-3 is not compared. */
export function withoutOtherWork(engines) {
  const ours = engines.find(({ name }) => name === "ours")?.runs[0]?.loss;
  return engines.map((engine) => {
    const loss = engine.runs[0]?.loss;
    // A loss that is not a number differs as well.
    if (ours === undefined || loss === undefined || Math.abs(loss - ours) <= 1e-3) return engine;
    return { ...engine, runs: [], reason: `not the same work: its loss is ${loss}, ours ${ours}` };
  });
}
