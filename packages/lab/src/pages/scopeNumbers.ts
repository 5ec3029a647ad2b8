/** The numbers without a unit that say whether the scope of a run acts, as a table. */
import { table } from "../report/htmlPage.ts";
import type { RunRecord } from "../runs/readRun.ts";
import type { Settings } from "../settings/settings.ts";
import { short } from "../statistics/numbers.ts";

type ScopedRun = Pick<RunRecord, "name" | "settings" | "outers" | "evaluations">;

/** The numbers at one evaluation of a run with a scope; NaN where a run did not keep what one is made of. */
export interface ScopeNumbers {
  readonly effectiveEpochs: number;
  readonly scope: number;
  /** η'γL: how far the force acts in one inner loop. */
  readonly reach: number;
  /** ‖γ(x − μ)‖ / ‖∇f‖. */
  readonly force: number;
  /** ‖x' − x‖ / ‖x‖. */
  readonly distance: number;
  /** T of the noise over the loss of the mini-batches. */
  readonly temperature: number;
}

/** The numbers at the first and the last evaluation of a run; none for a run without a scope. */
export function scopeNumbers({ settings, outers, evaluations }: ScopedRun): ScopeNumbers[] {
  const [first, last] = [evaluations[0], evaluations.at(-1)];
  const ends = first === undefined || last === undefined ? [] : first === last ? [first] : [first, last];
  const { innerLearningRate = Number.NaN, innerSteps = Number.NaN } = settings.options;
  return ends.flatMap(({ gradients, effectiveEpochs, weightNorm = Number.NaN }) => {
    const outer = outers.filter((event) => event.gradients <= gradients).at(-1);
    if (outer === undefined || outer.scope === null || outer.distance === null) return [];
    const { scope, distance, localEntropyGradientNorm, gradientNorm, batchLoss } = outer;
    return {
      ...{ effectiveEpochs, scope },
      reach: Number(innerLearningRate) * scope * Number(innerSteps),
      force: (localEntropyGradientNorm ?? Number.NaN) / gradientNorm,
      distance: distance / weightNorm,
      temperature: temperatureOf(settings) / batchLoss,
    };
  });
}

/** T of exp(−U/T): ε²/2 in the paper's convention of the noise, ε² in that of the programs. */
function temperatureOf({ options }: Pick<Settings, "options">): number {
  const { temperature = null, noise, noiseForm } = options;
  if (temperature !== null) return Number(temperature);
  return Number(noise) ** 2 / (noiseForm === "code" ? 1 : 2);
}

/** The table of all runs with a scope, and what its numbers say; empty where there are none. */
export function scopeNumbersHtml(records: readonly ScopedRun[]): string {
  const rows = records.flatMap((record) =>
    scopeNumbers(record).map(({ effectiveEpochs, scope, reach, force, distance, temperature }) => [
      record.name,
      ...[effectiveEpochs, scope, reach, force, distance, temperature].map(short),
    ]),
  );
  if (rows.length === 0) return "";
  const head = ["run", "epoch", "scope γ", "η'γL", "‖γ(x − μ)‖ / ‖∇f‖", "‖x' − x‖ / ‖x‖", "T / loss"];
  return `<h2>The scope at work</h2>
${table([head, ...rows], "At the first and the last evaluation, of the outer step before it. Where η'γL or the force's share of the gradient is far below 0.1, the scope does next to nothing; find-scope tells which does.")}
`;
}
