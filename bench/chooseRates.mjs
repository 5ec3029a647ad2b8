// Chooses the rates of the recipes on validation: node bench/chooseRates.mjs [file] [networks]
// One effective epoch, up to three seeds; runs are kept in docs/results/rates.json, so an interrupted study goes on.
// Then: node bench/firstTry.mjs writes the pages.
import { fileURLToPath } from "node:url";
import { measuredRuns } from "./rates/measuredRuns.mjs";
import { networkNames, optimizerNames, presetsMeasured, searchRates, seeds } from "./rates/searches.mjs";

const [file = fileURLToPath(new URL("../docs/results/rates.json", import.meta.url)), names = networkNames.join(",")] =
  process.argv.slice(2);
const networks = names.split(",");
const { run } = measuredRuns(file);

async function errorOf(network, optimizer, options, seed, preset) {
  const set = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  const { validationError } = await run({ network, optimizer, preset, budget: 1, seed, set });
  return validationError ?? 1;
}

const tell = (network, optimizer, name, { rate, tried, inside }) =>
  console.log(network, optimizer, name, rate, "of", tried.join(", "), inside ? "" : "AT THE EDGE");

// What a first try meets first comes first: if time runs out, that is there.
for (const optimizers of [optimizerNames.slice(0, 2), optimizerNames.slice(2)]) {
  for (const network of networks) {
    for (const optimizer of optimizers) {
      const options = await searchRates(network, optimizer, errorOf, tell);
      for (const preset of presetsMeasured(optimizer)) {
        for (const seed of seeds) await errorOf(network, optimizer, options, seed, preset);
      }
    }
  }
}
