// What a first try comes to: every network and optimizer at its defaults, one effective epoch, seeds 1 to 3.
// node bench/firstTry.mjs measures what is missing and writes docs/results/first-try.md, .json and rates.md;
// with --pages it writes them from what is there.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { currentEnvironment, recipeOf } from "entropy-sgd-lab";
import { measuredRuns } from "./rates/measuredRuns.mjs";
import { networkNames, optimizerNames, presetsMeasured, seeds, usualPreset } from "./rates/searches.mjs";
import { bestCandidate, candidateRows, ratesOf, shownErrors, testErrors } from "./rates/tables.mjs";

const place = (name) => fileURLToPath(new URL(`../docs/results/${name}`, import.meta.url));
const { records, run, find } = measuredRuns(place("rates.json"));
const measures = !process.argv.includes("--pages");
const variants = optimizerNames.flatMap((optimizer) =>
  presetsMeasured(optimizer).map((preset) => ({ optimizer, preset })),
);

const cells = [];
for (const network of networkNames) {
  for (const { optimizer, preset } of variants) {
    const own = [];
    for (const seed of seeds) {
      const request = { network, optimizer, preset, budget: 1, seed };
      const record = measures ? await run(request) : find(request);
      if (record !== undefined) own.push(record);
    }
    const recipe = recipeOf(network, /** @type {import("entropy-sgd").OptimizerName} */ (optimizer));
    const tried = records.filter(({ settings }) => {
      const wanted = preset ?? usualPreset(optimizer);
      return settings.network === network && settings.optimizer === optimizer && settings.preset === wanted;
    });
    const best = bestCandidate(tried);
    const { learningRate, innerLearningRate } = recipe.options;
    cells.push({
      ...{ network, optimizer, preset: preset ?? null, source: recipe.source, evidence: recipe.evidence },
      rates: ratesOf({ settings: { optimizer, options: { learningRate, innerLearningRate } } }),
      default: testErrors(own),
      bestRates: best === null ? null : ratesOf(best[0]),
      best: best === null ? null : testErrors(best),
    });
  }
}

const environment = currentEnvironment(1);
const { processor, node, onnxRuntime } = environment;
const machine = `One thread of ${processor}, Node ${node}, ONNX Runtime ${onnxRuntime}.`;
const sections = networkNames.map((network) => {
  const rows = cells
    .filter((cell) => cell.network === network)
    .map(({ optimizer, preset, rates, bestRates, source, ...cell }) => {
      const best =
        bestRates === null || bestRates === rates ? "the default" : `${shownErrors(cell.best)} at ${bestRates}`;
      const name = optimizer + (preset === null ? "" : ` (${preset})`);
      return `| ${[name, rates, shownErrors(cell.default), best, source].join(" | ")} |`;
    });
  const head = [
    "optimizer",
    "default rates",
    "test error, %",
    "best rates found by validation",
    "where the default comes from",
  ];
  return [`## ${network}`, "", `| ${head.join(" | ")} |`, "|---|---|---|---|---|", ...rows].join("\n");
});
const page = [
  "# The first try",
  "",
  "Every network and optimizer as `train --network NETWORK --optimizer OPTIMIZER --budget 1` trains it: learning",
  "rates by default (the recipe `tuned`), one effective epoch (429 mini-batches of 128, rounded up to 440 gradients), seeds 1 to 3; mean ±",
  "sample standard deviation of the test error. The last column says from what the",
  "default was chosen. η is `learningRate`, η' `innerLearningRate`. The best rates are those with the lowest mean validation error of all that were tried",
  "([rates](rates.md)); the test error had no part in the choice. Written by `node bench/firstTry.mjs`.",
  "",
  machine,
].join("\n");
writeFileSync(place("first-try.md"), `${[page, ...sections].join("\n\n")}\n`);
writeFileSync(place("first-try.json"), `${JSON.stringify({ environment, budget: 1, seeds, cells }, null, 1)}\n`);

const rates = [
  "# Learning rates",
  "",
  "How the rates of the `tuned` recipes were chosen (`node bench/chooseRates.mjs`, the raw runs are in [rates.json](rates.json)): one",
  "effective epoch, candidates on a grid of 1 and 3 times powers of ten, outwards until the best has a worse one on both sides. All are",
  "measured with seed 1, those within a factor 1.25 of the lowest validation error with seed 2, those within 1.1 of the lowest mean with",
  "seed 3; the lowest mean of three is chosen, of equals the smaller rate. Entropy-SGD is searched over its inner rate η', with the `paper`",
  "preset and η = 1; Entropy-Adam over both by turns. On mnistfc, mnistfc-bn and lenet AdamW takes Adam's rate. An older choice,",
  "after four effective epochs with one seed, made the committed study of wide valleys: [four effective epochs](rates-four-epochs.md). Each cell has one value per seed.",
].join("\n");
const columns = ["optimizer", "rates", "validation error, %", "test error, %", "train loss"];
const tables = networkNames.map((network) => {
  const rows = candidateRows(records.filter(({ settings }) => settings.network === network));
  return [`## ${network}`, "", `| ${columns.join(" | ")} |`, "|---|---|---|---|---|", ...rows].join("\n");
});
writeFileSync(place("rates.md"), `${[rates, ...tables].join("\n\n")}\n`);
