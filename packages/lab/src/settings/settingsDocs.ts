/** What each setting of a run means, for the schemas that editors read. */
import type { Settings } from "./settings.ts";

/** A sentence for every field of config.json that settings are. */
export const settingsDocs: Readonly<Record<keyof Settings, string>> = {
  version: "Version of the layout of this file.",
  network: "Name of the network.",
  optimizer: "Name of the optimizer.",
  preset: "Switches of the algorithm as the paper has them, or one of the authors' programs; null without a scope.",
  recipe:
    "Where rates and schedules come from that were not set: chosen on validation, or the paper's; null in older runs.",
  seed: "Seed of weights, data order, dropout and noise.",
  budget: "Effective epochs, inner steps counted; rounded up to whole outer steps.",
  batchSize: "Examples of one gradient.",
  sampling: "Order of the data: each mini-batch drawn with replacement, or a permutation for each epoch.",
  dropout: "Dropout rate; networks without dropout ignore it.",
  data: "A folder with four IDX files; null for MNIST.",
  validation: "Training examples held out for validation.",
  heldOut: "Which are held out: the last ones, or a random draw that is the same for all seeds (data sorted by class).",
  innerSteps: "Gradients between two outer boundaries.",
  drops:
    "Fractions of the budget, ascending, at which the learning rate is multiplied by dropFactor; none for no drop.",
  dropFactor: "Factor of the learning rate at each drop.",
  recipeEpochs: "Epochs of outer steps after which the scoping of the published experiment ended.",
  decayBiases: "Whether weight decay acts on biases and normalisation parameters too.",
  threads: "Threads of one operation; null for the cores.",
  checkpointGradients: "Gradients between two checkpoints; null for none by gradients.",
  checkpointMinutes: "Minutes between two checkpoints; null for none by time.",
  keepLast: "How many of the last checkpoints are kept.",
  keepBest: "How many checkpoints with the smallest validation errors are kept.",
  rollbacks: "How often the run may go back to its last checkpoint when something is not finite.",
  rollbackFactor: "Learning rates are multiplied by this at each rollback.",
  options: "Options of the optimizer by its own names.",
  extendedFrom: "Smaller budgets under whose schedules the run went up to so many gradients.",
};
