/**
 * The planted study: optimizers on binary perceptrons whose local entropy and generalisation error are known exactly.
 *
 * @see docs/decisions/study-planted.md: the rule, written before the first run
 */
import { cubeLocalEntropy, rankCorrelation } from "entropy-sgd/landscape";
import { type BinaryPerceptron, binaryPerceptron, configurationOf, weightsOf } from "entropy-sgd/planted";
import { rounded } from "../../statistics/numbers.ts";
import type { EventTurn } from "../eventTurns.ts";
import { optimizerOf, type PlantedGrid, plantedConditions } from "./conditions.ts";
import { type PlantedStart, plantedRun, plantedStarts, trainPlanted } from "./trainPlanted.ts";

/** The amounts of a study. */
export interface PlantedSettings extends PlantedGrid {
  readonly numWeights: number;
  readonly numExamples: number;
  readonly sharpness: number;
  readonly wellDepth: number;
  readonly batchSize: number;
  readonly numGradients: number;
  /** Learning rates to choose from. */
  readonly rates: readonly number[];
  /** Flips of the local entropies, the primary one first. */
  readonly flipProbabilities: readonly number[];
  /** Instances have the seeds firstSeed, firstSeed + 1, …; the first half chooses, the second judges. */
  readonly firstSeed: number;
  readonly numInstances: number;
  /** Instances that rates are chosen on. */
  readonly numTuning: number;
  /** The seed of the first of them. */
  readonly firstTuningSeed: number;
}

/** Those of docs/decisions/study-planted.md. */
export const plantedSettings: PlantedSettings = {
  ...{ numWeights: 17, numExamples: 11, sharpness: 3, wellDepth: 0.3, batchSize: 4, numGradients: 2000 },
  ...{ scopes: [0.01, 0.1, 0.3, 1, 3], noises: [0, 0.1, 0.2, 0.3], innerSteps: [5, 20, 100] },
  ...{ rates: [0.1, 0.3, 1], flipProbabilities: [0.1, 0.05, 0.2, 0.3] },
  ...{ firstSeed: 0, numInstances: 100, numTuning: 16, firstTuningSeed: 1000 },
};

/** The learning rate of a condition from a start. */
export interface TunedRate {
  readonly start: PlantedStart;
  readonly condition: string;
  /** null where runs diverged at every rate. */
  readonly rate: number | null;
  /** Mean training loss of sign x over the instances, by rate; null where a run diverged. */
  readonly losses: readonly (number | null)[];
  /** ‖γ(x − μ)‖/‖∇f‖ at the rate, mean over the instances; null without an inner loop. */
  readonly forceShare: number | null;
}

/** What is known of a configuration, to six digits: its bits, wrong examples, generalisation error, and local entropy by flip probability. */
export type KnownConfiguration = readonly [
  configuration: number,
  numWrong: number,
  generalisationError: number,
  localEntropies: readonly number[],
];

/** One instance with the ends of all runs. */
export interface PlantedInstance {
  readonly seed: number;
  readonly numSolutions: number;
  /** Local entropy at the first flip probability over the solutions. */
  readonly narrowest: number;
  readonly widest: number;
  /** Means over the solutions. */
  readonly meanLocalEntropy: number;
  readonly meanGeneralisationError: number;
  /** Rank correlation of local entropy and generalisation error over the solutions, by flip probability; null where undefined. */
  readonly correlations: readonly (number | null)[];
  /** Local entropy and generalisation error of each solution; only of the first instance. */
  readonly solutions: readonly (readonly [localEntropy: number, generalisationError: number])[] | null;
  /** The configurations in `ends`. */
  readonly known: readonly KnownConfiguration[];
  /** By start, for each condition the position in `known`; null for a run that diverged or has no rate. */
  readonly ends: Readonly<Record<PlantedStart, readonly (number | null)[]>>;
}

function problemOf(settings: PlantedSettings, seed: number): BinaryPerceptron {
  const { numWeights, numExamples, sharpness, wellDepth } = settings;
  return binaryPerceptron({ numWeights, numExamples, sharpness, wellDepth, seed });
}

/**
 * Chooses the rate of each condition and start by the mean training loss of sign x on the tuning instances.
 *
 * @param before - rates chosen already, the first ones
 * @param onRate - told of each rate that is chosen
 */
export async function tunePlanted(
  settings: PlantedSettings,
  turn: EventTurn,
  before: readonly TunedRate[] = [],
  onRate: (rate: TunedRate) => void = () => undefined,
): Promise<TunedRate[]> {
  const { rates, numTuning, firstTuningSeed, numGradients, batchSize } = settings;
  const seeds = Array.from({ length: numTuning }, (_, k) => firstTuningSeed + k);
  const problems = seeds.map((seed) => problemOf(settings, seed));
  const tuned: TunedRate[] = [...before];
  let numPassed = 0;
  for (const start of plantedStarts) {
    const runs = problems.map((problem, k) => plantedRun(problem, start, { numGradients, batchSize, seed: seeds[k]! }));
    for (const condition of plantedConditions(settings)) {
      numPassed += 1;
      if (numPassed <= before.length) continue;
      const tried = [];
      for (const rate of rates) {
        let [loss, share]: [number | null, number | null] = [0, 0];
        for (const [k, run] of runs.entries()) {
          await turn();
          const { point, finite, forceShare } = trainPlanted(optimizerOf(condition, rate, seeds[k]!), run);
          loss = loss === null || !finite ? null : loss + run.problem.valueAt(signsOf(point)) / numTuning;
          share = share === null || forceShare === null ? null : share + forceShare / numTuning;
        }
        tried.push({ rate, loss, share });
      }
      const usable = tried.filter(({ loss }) => loss !== null);
      const best = usable.reduce<(typeof tried)[number] | null>(
        (least, one) => (least === null || one.loss! < least.loss! ? one : least),
        null,
      );
      const losses = tried.map(({ loss }) => loss);
      const { name } = condition;
      const own = { start, condition: name, rate: best?.rate ?? null, losses, forceShare: best?.share ?? null };
      tuned.push(own);
      onRate(own);
    }
  }
  return tuned;
}

function signsOf(point: Float64Array): Float64Array {
  return weightsOf(configurationOf(point), point.length);
}

/** Enumerates an instance, runs all conditions from both starts, and looks up where they ended. */
export async function plantedInstance(
  settings: PlantedSettings,
  tuned: readonly TunedRate[],
  seed: number,
  turn: EventTurn,
): Promise<PlantedInstance> {
  const { numExamples, numWeights, flipProbabilities, numGradients, batchSize } = settings;
  const problem = problemOf(settings, seed);
  const errors = problem.trainingErrors();
  const entropies = flipProbabilities.map((flipProbability) =>
    cubeLocalEntropy(errors, { flipProbability, inverseTemperature: numExamples }),
  );
  const generalisation = (c: number): number => problem.generalisationErrorAt(weightsOf(c, numWeights));
  const known: KnownConfiguration[] = [];
  const positionOf = (c: number): number => {
    const at = known.findIndex(([configuration]) => configuration === c);
    if (at >= 0) return at;
    const wrong = Math.round(errors[c]! * numExamples);
    return known.push([c, wrong, rounded(generalisation(c)), entropies.map((values) => rounded(values[c]!))]) - 1;
  };
  const ends: Record<PlantedStart, (number | null)[]> = { origin: [], corner: [] };
  for (const start of plantedStarts) {
    const run = plantedRun(problem, start, { numGradients, batchSize, seed });
    for (const condition of plantedConditions(settings)) {
      await turn();
      const { rate } = tuned.find((one) => one.start === start && one.condition === condition.name)!;
      const end = rate === null ? null : trainPlanted(optimizerOf(condition, rate, seed), run);
      ends[start].push(end?.finite ? positionOf(configurationOf(end.point)) : null);
    }
  }
  return { seed, ...solutionsOf(errors, entropies, generalisation, seed === settings.firstSeed), known, ends };
}

/** What the solutions of an instance say of the premises. */
function solutionsOf(
  errors: Float64Array,
  entropies: readonly Float64Array[],
  generalisation: (configuration: number) => number,
  listed: boolean,
): Omit<PlantedInstance, "seed" | "known" | "ends"> {
  const solutions = Array.from(errors.keys()).filter((c) => errors[c] === 0);
  const error = solutions.map(generalisation);
  const widths = entropies.map((values) => solutions.map((c) => values[c]!));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    numSolutions: solutions.length,
    narrowest: Math.min(...widths[0]!),
    widest: Math.max(...widths[0]!),
    meanLocalEntropy: mean(widths[0]!),
    meanGeneralisationError: mean(error),
    correlations: widths.map((own) => correlationOf(own, error)),
    solutions: listed ? solutions.map((_, k) => [rounded(widths[0]![k]!), rounded(error[k]!)] as const) : null,
  };
}

function correlationOf(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 4 || new Set(a).size < 2 || new Set(b).size < 2) return null;
  return rankCorrelation(a, b).estimate;
}
