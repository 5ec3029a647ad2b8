// Chooses the rates of the recipes on validation: node bench/chooseRates.mjs [networks]
// One effective epoch, seeds 1 and 2 (a third for the rates that are chosen); runs are kept in docs/results/rates.json.
import { fileURLToPath } from "node:url";
import { chooseRate } from "./rates/chooseRate.mjs";
import { measuredRuns } from "./rates/measuredRuns.mjs";

const budget = 1;
const seeds = [1, 2];
const allSeeds = [1, 2, 3];
const names = ["mlp-49-16-10", "mlp-49-40-10", "small-mnistfc", "small-lenet", "lenet", "mnistfc", "mnistfc-bn"];
/** Where searches begin: near rates that were known to train. */
const convolutional = ["lenet", "small-lenet"];
const startOf = {
  sgd: (network) => (convolutional.includes(network) ? 0.1 : 0.03),
  sam: (network) => (convolutional.includes(network) ? 0.1 : 0.03),
  swa: (network) => (convolutional.includes(network) ? 0.1 : 0.03),
  sgld: () => 0.3,
  adam: () => 1e-3,
  adamw: () => 1e-3,
};

const [chosenNetworks = names.join(","), file = fileURLToPath(new URL("../docs/results/rates.json", import.meta.url))] =
  process.argv.slice(2);
const { run } = measuredRuns(file);

async function errorOf(network, optimizer, options, seed, preset) {
  const set = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const { validationError } = await run({ network, optimizer, preset, budget, seed, set });
  return validationError ?? 1;
}

for (const network of chosenNetworks.split(",")) {
  const tell = (optimizer, { rate, tried, means, inside }) =>
    console.log(
      network,
      optimizer,
      tried.map((one, i) => `${one}: ${(100 * means[i]).toFixed(2)} %`).join(", "),
      `-> ${rate}${inside ? "" : " AT THE EDGE"}`,
    );
  const search = async (optimizer, name, start, fixed = {}) => {
    const found = await chooseRate(start, seeds, (rate, seed) =>
      errorOf(network, optimizer, { ...fixed, [name]: rate }, seed),
    );
    tell(`${optimizer} ${name}`, found);
    return found.rate;
  };
  const finish = async (optimizer, options, preset) => {
    for (const seed of allSeeds) await errorOf(network, optimizer, options, seed, preset);
  };

  const normalised = ["lenet", "mnistfc-bn"].includes(network);
  const innerLearningRate = await search("entropy-sgd", "innerLearningRate", normalised ? 0.1 : 0.03);
  await finish("entropy-sgd", { innerLearningRate });
  await finish("entropy-sgd", { innerLearningRate }, "lua");
  for (const [optimizer, start] of Object.entries(startOf)) {
    await finish(optimizer, { learningRate: await search(optimizer, "learningRate", start(network)) });
  }
  // Two rates, by turns: the inner one at a middle outer one, the outer one at the best inner one, the inner one again.
  let both = { learningRate: 0.01, innerLearningRate: 0.1 };
  for (const name of ["innerLearningRate", "learningRate", "innerLearningRate"]) {
    both = { ...both, [name]: await search("entropy-adam", name, both[name], both) };
  }
  await finish("entropy-adam", both);
}
