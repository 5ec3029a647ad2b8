// How the rates of each optimizer are searched for; `errorOf(network, optimizer, options, seed, preset)` gives validation errors.
import { chooseRate } from "./chooseRate.mjs";

export const seeds = [1, 2, 3];
export const networkNames = [
  ...["mlp-49-16-10", "mlp-49-40-10", "small-mnistfc", "small-lenet"],
  ...["mnistfc", "lenet", "mnistfc-bn"],
];
export const optimizerNames = ["entropy-sgd", "sgd", "adam", "adamw", "swa", "sam", "sgld", "entropy-adam"];

/** Where searches begin: near rates that were known to train. */
const gentle = (network) => (network.endsWith("lenet") ? 0.1 : 0.03);
const starts = { sgd: gentle, sam: gentle, swa: gentle, sgld: () => 0.3, adam: () => 1e-3, adamw: () => 1e-3 };
/** Large networks, where AdamW takes Adam's rate: on the small ones the two are best at the same. */
const large = ["mnistfc", "lenet", "mnistfc-bn"];

/** The options that an optimizer is best with on a network. */
export async function searchRates(network, optimizer, errorOf, tell = (..._what) => {}) {
  const search = async (name, start, fixed = {}, searched = optimizer) => {
    const found = await chooseRate(start, seeds, (value, seed) =>
      errorOf(network, searched, { ...fixed, [name]: value }, seed),
    );
    tell(network, searched, name, found);
    return found.rate;
  };
  if (optimizer === "entropy-sgd") {
    const start = ["lenet", "mnistfc-bn"].includes(network) ? 0.1 : 0.03;
    return { innerLearningRate: await search("innerLearningRate", start) };
  }
  if (optimizer === "entropy-adam") {
    // Two rates, by turns: the inner one at a middle outer one, the outer one at the best inner one, the inner one again.
    let both = { learningRate: 0.01, innerLearningRate: 0.1 };
    for (const name of ["innerLearningRate", "learningRate", "innerLearningRate"]) {
      both = { ...both, [name]: await search(name, both[name], both) };
    }
    return both;
  }
  const searched = optimizer === "adamw" && large.includes(network) ? "adam" : optimizer;
  return { learningRate: await search("learningRate", starts[searched](network), {}, searched) };
}
