/**
 * Recipes: what a network and an optimizer need besides the preset's switches.
 *
 * Keys: [P] Chaudhari et al. 2017 (arXiv:1611.01838), sections 5.2 and 5.3; [V] chosen on validation among the candidates of
 * the protocol, docs/results/rates.md has the measurements.
 */
import type { OptimizerName } from "entropy-sgd";

/** A value of an optimizer's option as configuration files and `--set` hold it. */
export type OptionValue = number | string | boolean | null;

/** The recipe of one network and optimizer. */
export interface Recipe {
  readonly dropout: number;
  /** Fractions of the budget at which the learning rate is multiplied by `dropFactor`. */
  readonly drops: readonly number[];
  readonly dropFactor: number;
  /** Epochs of outer steps of the published experiment; scoping ends where it did. */
  readonly epochs: number;
  /** L of the Entropy-SGD recipe: where every optimizer's boundaries are. */
  readonly innerSteps: number;
  readonly options: Readonly<Record<string, OptionValue>>;
}

/** [P] ÷10 after epoch 2 of 5. */
const mnistSchedule = { drops: [2 / 5], dropFactor: 0.1, epochs: 5, innerSteps: 20 };

/** [P] for Entropy-SGD's networks; the small ones of later studies have no dropout. */
const dropout: Readonly<Record<string, number>> = { mnistfc: 0.15, "mnistfc-bn": 0.15, lenet: 0.25 };

/** [P] η = 1, η' = 0.1, ε = 1e-4, γ₀ = 1e-4, γ₁ = 1e-3, L = 20. */
const entropyOptions = {
  learningRate: 1,
  innerLearningRate: 0.1,
  innerSteps: 20,
  scope: "geometricScope(1e-4, 1e-3)",
  noise: 1e-4,
};

/** Learning rates of the baselines: [V]; SAM and SWA take SGD's, which [V] found best for SAM too where it was tried. */
const rates: Readonly<Record<string, { sgd: number; adam: number; sgld: number; entropyAdam: number }>> = {
  lenet: { sgd: 0.1, adam: 1e-3, sgld: 0.1, entropyAdam: 0.03 },
  mnistfc: { sgd: 0.03, adam: 1e-3, sgld: 0.1, entropyAdam: 0.003 },
  "mnistfc-bn": { sgd: 0.03, adam: 1e-3, sgld: 0.1, entropyAdam: 0.003 },
  "small-lenet": { sgd: 0.1, adam: 1e-3, sgld: 0.1, entropyAdam: 0.03 },
};
/** Networks without a study of their own, from the candidates. */
const otherRates = { sgd: 0.03, adam: 1e-3, sgld: 0.1, entropyAdam: 0.01 };

/** The recipe of a network and an optimizer; a user's own network gets the MNIST schedule without dropout. */
export function recipeOf(network: string, optimizer: OptimizerName): Recipe {
  const rate = rates[network] ?? otherRates;
  const options: Record<OptimizerName, Record<string, OptionValue>> = {
    "entropy-sgd": entropyOptions,
    "entropy-adam": { ...entropyOptions, adaptive: "outer", learningRate: rate.entropyAdam, momentum: 0 },
    sgd: { learningRate: rate.sgd, momentum: 0.9, nesterov: true },
    adam: { learningRate: rate.adam },
    adamw: { learningRate: rate.adam },
    sam: { learningRate: rate.sgd, momentum: 0.9, nesterov: true, radius: 0.05 },
    swa: { learningRate: rate.sgd, momentum: 0.9, nesterov: true },
    sgld: { learningRate: rate.sgld, noise: 1e-4, noiseForm: "code", annealing: 0.25 },
  };
  return { ...mnistSchedule, dropout: dropout[network] ?? 0, options: options[optimizer] };
}
