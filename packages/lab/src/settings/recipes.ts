/**
 * Recipes: values for a network and an optimizer besides the preset's switches. `tuned` recipes have rates chosen on
 * validation, `paper` recipes those of Chaudhari et al. 2017 (arXiv:1611.01838), sections 5.2 to 5.4; `finetune` recipes are
 * for models that are trained already.
 */
import type { OptimizerName } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import { imageRecipes } from "./imageRecipes.ts";
import type { OptionValue, PublishedRecipes, Recipe, RecipeName } from "./recipe.ts";
import { textRecipes } from "./textRecipes.ts";
import { type TunedRate, tunedRates } from "./tunedRates.ts";

export { type OptionValue, type Recipe, type RecipeName, recipeNames } from "./recipe.ts";

/** Of networks whose rates were not chosen here. */
const publishedRecipes: Readonly<Record<string, PublishedRecipes>> = { ...textRecipes, ...imageRecipes };

const publishedFor = (network: string): PublishedRecipes | undefined =>
  Object.hasOwn(publishedRecipes, network) ? publishedRecipes[network] : undefined;

/** The paper: ÷10 after epoch 2 of 5. */
const mnistSchedule = { drops: [2 / 5], dropFactor: 0.1, epochs: 5, innerSteps: 20 };

/** The paper, for Entropy-SGD's networks; the small ones of later studies have no dropout. */
const dropout: Readonly<Record<string, number>> = { mnistfc: 0.15, "mnistfc-bn": 0.15, lenet: 0.25 };

/** The paper: η = 1, η' = 0.1, ε = 1e-4, γ₀ = 1e-4, γ₁ = 1e-3, L = 20. */
const entropyOptions = {
  learningRate: 1,
  innerLearningRate: 0.1,
  innerSteps: 20,
  scope: "geometricScope(1e-4, 1e-3)",
  noise: 1e-4,
};

/** Options that do not depend on the network; tuned rates replace those here. SAM's radius: Foret et al. 2021; SGLD: the paper's baseline. */
const baseOptions: Readonly<Record<OptimizerName, Readonly<Record<string, OptionValue>>>> = {
  "entropy-sgd": entropyOptions,
  "entropy-adam": { ...entropyOptions, adaptive: "outer", momentum: 0 },
  // Three replicas whose mean moves as one Entropy-SGD's x: η(1 + ρ) = 1.
  parle: { ...entropyOptions, learningRate: 0.5, replicas: 3, coupling: 1 },
  sgd: { momentum: 0.9, nesterov: true },
  adam: {},
  adamw: {},
  sam: { momentum: 0.9, nesterov: true, radius: 0.05 },
  swa: { momentum: 0.9, nesterov: true },
  sgld: { noise: 1e-4, noiseForm: "code", annealing: 0.25 },
};

/** What the paper's recipes have besides the tuned ones' common part, by optimizer; null for networks that it has none for. */
const paperRecipes: Readonly<Partial<Record<OptimizerName, (network: string) => Partial<Recipe> | null>>> = {
  "entropy-sgd": () => ({}),
  // The baseline on MNIST, with batch norm in the fully connected network too: 1e-3 ÷5 every 30 of 100 epochs, dropout 0.5.
  adam: (network) =>
    Object.hasOwn(dropout, network)
      ? { drops: [0.3, 0.6, 0.9], dropFactor: 0.2, epochs: 100, dropout: 0.5, options: { learningRate: 1e-3 } }
      : null,
  // Steps are annealed over 300 epochs, and fall no further; the rate, which our sources do not give, is the one chosen on validation.
  sgld: (network) => {
    const { lenet } = tunedRates;
    return network === "lenet" ? { drops: [], epochs: 300, options: { ...baseOptions.sgld, ...lenet!.sgld } } : null;
  },
};

const tunedSource = {
  source: "chosen on validation error after one effective epoch, up to three seeds",
  evidence: "docs/results/rates.md",
};

const untuned = { source: "the published ones; none were chosen on validation for this network", evidence: null };

/** The dropout rate of a network, which all optimizers of a comparison share; 0 for a network of one's own. */
export function dropoutOf(network: string): number {
  if (Object.hasOwn(dropout, network)) return dropout[network]!;
  return publishedFor(network)?.common.dropout ?? 0;
}

/** Whether the paper has a recipe for a network and an optimizer. */
export function hasPaperRecipe(network: string, optimizer: string): boolean {
  return paperRecipe(network, optimizer) !== null;
}

function paperRecipe(network: string, optimizer: string): Partial<Recipe> | null {
  const published = publishedFor(network);
  if (published !== undefined) return published.paper[optimizer as OptimizerName] ?? null;
  if (!Object.hasOwn(paperRecipes, optimizer)) return null;
  return paperRecipes[optimizer as OptimizerName]?.(network) ?? null;
}

/** The name of an optimizer's recipe among several optimizers: the paper's if requested and there is one, `tuned` otherwise. */
export function sharedRecipe(
  network: string,
  optimizer: string,
  optimizers: readonly string[],
  name: string | undefined,
): string | undefined {
  const hasNone = name === "paper" && !hasPaperRecipe(network, optimizer);
  return hasNone && optimizers.some((other) => hasPaperRecipe(network, other)) ? "tuned" : name;
}

/**
 * The recipe of a network and an optimizer; a user's own network gets the MNIST schedule without dropout, and rates of mnistfc. Language
 * models and networks for CIFAR-10 get what was published for them, also as `tuned`, which says so.
 *
 * @throws InputError where the paper has none
 */
export function recipeOf(network: string, optimizer: OptimizerName, name: RecipeName = "tuned"): Recipe {
  const published = publishedFor(network);
  const schedule = { ...mnistSchedule, ...published?.common };
  const common = { ...schedule, dropout: dropoutOf(network), options: baseOptions[optimizer] };
  const untunedRecipe = published?.paper[optimizer];
  if (name === "tuned" && untunedRecipe !== undefined) return { name, ...common, ...untuned, ...untunedRecipe };
  if (name === "tuned") {
    const { rates, ...source } = tunedRecipe(network, optimizer);
    return { name, ...common, ...source, options: { ...common.options, ...rates } };
  }
  if (name === "finetune") return { name, ...common, ...finetuneRecipe(optimizer) };
  const own = paperRecipe(network, optimizer);
  if (own === null) {
    const rule = `the paper has none for ${optimizer} on ${network}; leave it out, or say tuned`;
    throw new InputError({ name: "recipe", rule });
  }
  return { name, ...common, source: "the paper's (arXiv:1611.01838, sections 5.2 to 5.4)", evidence: null, ...own };
}

/** Optimizers whose replicas step as another does, with its inner rates: none were chosen for themselves. */
const steppingAs: Readonly<Partial<Record<OptimizerName, OptimizerName>>> = { parle: "entropy-sgd" };

/** The rates of a network and an optimizer, and where they come from. */
function tunedRecipe(
  network: string,
  optimizer: OptimizerName,
): Pick<Recipe, "source" | "evidence"> & { rates: TunedRate } {
  const like = steppingAs[optimizer];
  if (like !== undefined) {
    const { rates } = tunedRecipe(network, like);
    return { rates, source: `those of ${like}; none were chosen for this optimizer`, evidence: null };
  }
  const chosen = tunedRates[network]?.[optimizer];
  if (chosen !== undefined) return { rates: chosen, ...tunedSource };
  // They trained every network without batch norm here.
  const others = tunedRates.mnistfc?.[optimizer];
  if (others !== undefined) {
    return { rates: others, source: "those of mnistfc; none were chosen for this network", evidence: null };
  }
  return { rates: {}, source: "those of its paper; none were chosen for this optimizer", evidence: null };
}

/** How many times smaller than those of mnistfc the rates are that train a model on: not tuned. */
const finetuneDivisor = 10;

/** To ten decimals, as one would write it. */
const smaller = (rate: number): number => Math.round((1e10 * rate) / finetuneDivisor) / 1e10;

/** The rate that decides how far a step goes: of Entropy-SGD the inner one, whose points its outer step averages. */
function finetuneRecipe(optimizer: OptimizerName): Pick<Recipe, "options" | "source" | "evidence"> {
  const source = `a ${finetuneDivisor}th of those of mnistfc, for a model that is trained already; not tuned`;
  const { learningRate, innerLearningRate } = tunedRecipe("mnistfc", optimizer).rates;
  const rates: TunedRate =
    learningRate === undefined
      ? { innerLearningRate: smaller(innerLearningRate!) }
      : { learningRate: smaller(learningRate) };
  return { options: { ...baseOptions[optimizer], ...rates }, source, evidence: null };
}

/** The source of a recipe's rates, with the page of its evidence; an unknown name unchanged. */
export function sourceOf(network: string, optimizer: string, name: RecipeName): string {
  const isOne = Object.hasOwn(baseOptions, optimizer) && (name !== "paper" || hasPaperRecipe(network, optimizer));
  if (!isOne) return `recipe ${name}`;
  const { source, evidence } = recipeOf(network, optimizer as OptimizerName, name);
  return `recipe ${name}, rates ${source}${evidence === null ? "" : ` (${evidence})`}, unless set otherwise`;
}
