// Chooses the rates of the recipes on validation: node bench/chooseRates.mjs [file] [networks]
// One effective epoch, up to three seeds; runs are kept in docs/results/rates.json, so an interrupted study goes on.
import { fileURLToPath } from "node:url";
import { chooseRate } from "./rates/chooseRate.mjs";
import { measuredRuns } from "./rates/measuredRuns.mjs";

const budget = 1;
const seeds = [1, 2, 3];
const names = ["mlp-49-16-10", "mlp-49-40-10", "small-mnistfc", "small-lenet", "mnistfc", "lenet", "mnistfc-bn"];
const [file = fileURLToPath(new URL("../docs/results/rates.json", import.meta.url)), networks = names.join(",")] =
  process.argv.slice(2);
const { run } = measuredRuns(file);

/** Where searches begin: near rates that were known to train. */
const gentle = (network) => (network.endsWith("lenet") ? 0.1 : 0.03);
const starts = { sgd: gentle, sam: gentle, swa: gentle, sgld: () => 0.3, adam: () => 1e-3, adamw: () => 1e-3 };
/** Large networks, where AdamW takes Adam's rate: on the small ones the two are best at the same. */
const large = ["mnistfc", "lenet", "mnistfc-bn"];

async function errorOf(network, optimizer, options, seed, preset) {
  const set = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const { validationError } = await run({ network, optimizer, preset, budget, seed, set });
  return validationError ?? 1;
}

async function search(network, optimizer, name, start, fixed = {}) {
  const { rate, tried, inside } = await chooseRate(start, seeds, (value, seed) =>
    errorOf(network, optimizer, { ...fixed, [name]: value }, seed),
  );
  console.log(network, optimizer, name, rate, "of", tried.join(", "), inside ? "" : "AT THE EDGE");
  return rate;
}

async function entropySgd(network) {
  const start = ["lenet", "mnistfc-bn"].includes(network) ? 0.1 : 0.03;
  const innerLearningRate = await search(network, "entropy-sgd", "innerLearningRate", start);
  // The other preset that is in wide use, with the same rates.
  for (const seed of seeds) await errorOf(network, "entropy-sgd", { innerLearningRate }, seed, "lua");
}

async function single(network, optimizer) {
  return search(network, optimizer, "learningRate", starts[optimizer](network));
}

/** Two rates, by turns: the inner one at a middle outer one, the outer one at the best inner one, the inner one again. */
async function entropyAdam(network) {
  let both = { learningRate: 0.01, innerLearningRate: 0.1 };
  for (const name of ["innerLearningRate", "learningRate", "innerLearningRate"]) {
    both = { ...both, [name]: await search(network, "entropy-adam", name, both[name], both) };
  }
}

const chosen = networks.split(",");
for (const network of chosen) {
  await entropySgd(network);
  await single(network, "sgd");
}
for (const network of chosen) {
  const learningRate = await single(network, "adam");
  if (large.includes(network)) {
    for (const seed of seeds) await errorOf(network, "adamw", { learningRate }, seed);
  } else await single(network, "adamw");
  for (const optimizer of ["swa", "sam", "sgld"]) await single(network, optimizer);
  await entropyAdam(network);
}
