// Tables of the runs behind the rates: what each candidate came to, and what a first try comes to.
import { searchedRates } from "./searches.mjs";

const percent = (error) => (100 * error).toFixed(2);

/** Mean and sample standard deviation of test errors in per cent; runs that diverged are counted apart. */
export function testErrors(runs) {
  const errors = runs.flatMap(({ testError }) => (testError === null ? [] : [testError]));
  const diverged = runs.length - errors.length;
  if (errors.length === 0) return { mean: null, sd: null, n: 0, diverged };
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const squares = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0);
  return { mean, sd: errors.length > 1 ? Math.sqrt(squares / (errors.length - 1)) : null, n: errors.length, diverged };
}

export function shownErrors({ mean, sd, n, diverged }) {
  if (n + diverged === 0) return "not measured";
  if (mean === null) return "diverged";
  const spread = sd === null ? "" : ` ± ${percent(sd)}`;
  const seeds = n === 3 ? "" : ` (${n} of 3 seeds)`;
  return `${percent(mean)}${spread}${seeds}${diverged > 0 ? ` (${diverged} diverged)` : ""}`;
}

/** Runs that differ in the seed alone, together. */
function candidates(runs) {
  const groups = new Map();
  for (const run of runs) {
    const { seed: _, ...rest } = run.settings;
    const key = JSON.stringify(rest);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
}

/** The rates of a run, in words. */
export function ratesOf({ settings: { optimizer, options } }) {
  const symbols = { learningRate: "η", innerLearningRate: "η'" };
  const searched = searchedRates(optimizer);
  const shown = Object.entries(symbols).filter(([name]) => searched.has(name));
  return shown.map(([name, symbol]) => `${symbol} ${options[name]}`).join(", ");
}

/** The candidate with the lowest mean validation error among those with the most seeds; null without a run. */
export function bestCandidate(runs) {
  const groups = candidates(runs);
  const most = Math.max(0, ...groups.map(({ length }) => length));
  const meanOf = (group) => group.reduce((sum, run) => sum + (run.validationError ?? 1), 0) / group.length;
  const full = groups.filter(({ length }) => length === most);
  return full.sort((one, other) => meanOf(one) - meanOf(other))[0] ?? null;
}

/** A table of every candidate of a network. */
export function candidateRows(runs) {
  const value = (number) => (number === null ? "diverged" : percent(number));
  return candidates(runs).map((group) => {
    const { optimizer, preset } = group[0].settings;
    const cells = [
      optimizer + (preset === null ? "" : ` (${preset})`),
      ratesOf(group[0]),
      group.map(({ validationError }) => value(validationError)).join(", "),
      group.map(({ testError }) => value(testError)).join(", "),
      group.map(({ trainLoss }) => (trainLoss === null ? "–" : trainLoss.toFixed(4))).join(", "),
    ];
    return `| ${cells.join(" | ")} |`;
  });
}
