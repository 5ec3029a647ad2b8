/**
 * What a replica tells of its settings, for those who join to compare: as `entropy-sgd parle` tells it, of which a test checks that it is
 * the same. A tab is refused by a run of other data, of another network or optimizer, and Node by that of a tab.
 */
import { createHash } from "entropy-sgd-training/web";
import { publishedEpochs } from "../figures/lenet/recipe.ts";
import { allImages, batchSize, dropouts, innerRates, innerSteps, type ReplicaSettings, rates } from "./recipe.ts";

/** Of the network what makes it, by the names of the settings in Node. */
const networkOf = ({ network }: ReplicaSettings) => ({
  network,
  networkHash: null,
  task: "classification",
  taskOptions: {},
  classes: null,
  freeze: [],
  dropout: dropouts[network],
});

const dataOf = ({ images }: ReplicaSettings) => ({
  dataOptions: {},
  batchSize,
  sampling: "replacement",
  validation: 5000,
  heldOut: "last",
  trainExamples: images === allImages ? null : images,
  overfit: null,
});

function optimizerOf({ network, replicas }: ReplicaSettings) {
  const { drops, dropFactor, ...own } = rates;
  return {
    version: 1,
    optimizer: "parle",
    preset: "paper",
    learningRateFactor: {},
    ...{ innerSteps, drops, dropFactor, recipeEpochs: publishedEpochs, decayBiases: true },
    ...{ rollbacks: 0, rollbackFactor: 0.5, evaluateEvery: 1, patience: null, minDelta: 0 },
    options: {
      ...{ ...own, innerLearningRate: innerRates[network], innerSteps, scope: "geometricScope(1e-4, 1e-3)", replicas },
      ...{ noiseForm: "paper", averaging: 0.75, scopeStart: 0, scoping: true, momentum: 0.9, outerMomentum: 0 },
      ...{ forcePlacement: "inside", weightDecayPlacement: "inside", outerWeightDecay: false, scaleByScope: false },
    },
  };
}

/** @param dataChecksum - of the images and labels that were loaded */
export function sharedSettings(
  settings: ReplicaSettings,
  dataChecksum: string | null,
): Readonly<Record<string, string>> {
  const { seed, budget, replicas } = settings;
  return {
    seed: `${seed}`,
    budget: `${budget}`,
    replicas: `${replicas}`,
    network: hashOf(networkOf(settings), null),
    data: hashOf(dataOf(settings), dataChecksum),
    optimizer: hashOf(optimizerOf(settings), null),
  };
}

/** The same setting by setting, in words, to say which differ. */
export function sharedDetails(
  settings: ReplicaSettings,
  dataChecksum: string | null,
): Readonly<Record<string, string>> {
  const { seed, budget } = settings;
  const { taskOptions: _task, ...network } = networkOf(settings);
  const { dataOptions: _data, ...data } = dataOf(settings);
  const { options, ...optimizer } = optimizerOf(settings);
  // An option that is a setting of the run too is told once.
  const all = { ...options, ...optimizer, ...network, ...data, seed, budget, "SHA-256 of the data": dataChecksum };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, inWords(value)]));
}

function inWords(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "none" : JSON.stringify(value);
}

/** The hash of settings, whatever the order of their names, and of what is beside them. */
function hashOf(own: object, more: string | null): string {
  const ordered = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([own, more], ordered));
  return hash.digest("hex").slice(0, 12);
}
