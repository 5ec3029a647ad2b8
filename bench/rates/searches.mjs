// How the rates of each optimizer are searched for; `errorOf(network, optimizer, options, seed, preset)` gives validation errors.
import { optimizersByName } from "entropy-sgd";
import { chooseRate } from "./chooseRate.mjs";

export const seeds = [1, 2, 3];
export const networkNames = [
  ...["mlp-49-16-10", "mlp-49-40-10", "small-mnistfc", "small-lenet"],
  ...["mnistfc", "lenet", "mnistfc-bn"],
];

/** Where searches begin: near rates that were known to train. */
const gentle = (network) => (network.endsWith("lenet") ? 0.1 : 0.03);
const rate = (start) => [["learningRate", start]];
/** The rates of each optimizer that are searched, by turns, and where; those that come later are at their start till then. */
const searches = {
  "entropy-sgd": [["innerLearningRate", (network) => (["lenet", "mnistfc-bn"].includes(network) ? 0.1 : 0.03)]],
  sgd: rate(gentle),
  adam: rate(() => 1e-3),
  adamw: rate(() => 1e-3),
  swa: rate(gentle),
  sam: rate(gentle),
  sgld: rate(() => 0.3),
  // The inner rate at a middle outer one, the outer one at the best inner one, the inner one again.
  "entropy-adam": [
    ["innerLearningRate", () => 0.1],
    ["learningRate", () => 0.01],
    ["innerLearningRate", () => 0.1],
  ],
};
export const optimizerNames = Object.keys(searches);

/** The names of the rates of an optimizer that are searched. */
export const searchedRates = (optimizer) => new Set(searches[optimizer].map(([name]) => name));

/** The preset that an optimizer has where none is asked for; null for optimizers without. */
export const usualPreset = (optimizer) => Object.keys(optimizersByName[optimizer].presets ?? {})[0] ?? null;

/** Presets that are measured at the chosen rates beside the usual one. */
const otherPresets = { "entropy-sgd": ["lua"] };
export const presetsMeasured = (optimizer) => [undefined, ...(otherPresets[optimizer] ?? [])];

/** Large networks, where AdamW takes Adam's rate: on the small ones the two are best at the same. */
const large = ["mnistfc", "lenet", "mnistfc-bn"];
const takesRatesOf = { adamw: "adam" };

/** The options that an optimizer is best with on a network. */
export async function searchRates(network, optimizer, errorOf, tell = (..._what) => {}) {
  const searched = (large.includes(network) ? takesRatesOf[optimizer] : undefined) ?? optimizer;
  let chosen = Object.fromEntries(searches[searched].map(([name, start]) => [name, start(network)]));
  for (const [name] of searches[searched]) {
    const found = await chooseRate(chosen[name], seeds, (value, seed) =>
      errorOf(network, searched, { ...chosen, [name]: value }, seed),
    );
    tell(network, searched, name, found);
    chosen = { ...chosen, [name]: found.rate };
  }
  return chosen;
}
