// Chooses the baselines' learning rates on validation, as the protocol says: node bench/chooseRates.mjs lenet,mnistfc [budget]
// Runs are kept in runs/rates and not repeated, so an interrupted study goes on; results go to docs/results/rates.json.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRun, resolveSettings, runTraining } from "entropy-sgd-lab";

const candidates = {
  sgd: [0.01, 0.03, 0.1],
  adam: [3e-4, 1e-3],
  sgld: [0.01, 0.03, 0.1],
  "entropy-adam": [3e-3, 1e-2, 3e-2],
  sam: [0.01, 0.03, 0.1],
};
const [networks = "lenet", budget = "4"] = process.argv.slice(2);
const file = new URL("../docs/results/rates.json", import.meta.url);
const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};

for (const network of networks.split(",")) {
  for (const [optimizer, rates] of Object.entries(candidates)) {
    for (const rate of rates) {
      const preset = optimizer === "entropy-adam" ? "lua" : undefined;
      const set = [`learningRate=${rate}`];
      const settings = resolveSettings({ network, optimizer, preset, budget: Number(budget), seed: 1, set });
      const out = join("runs", "rates", network, `${optimizer}-${rate}`);
      let run = existsSync(join(out, "config.json")) ? readRun(out) : undefined;
      if (run === undefined || run.result === null) {
        rmSync(out, { recursive: true, force: true });
        await runTraining(settings, { out });
        run = readRun(out);
      }
      const { validationError, testError, trainLoss, reason, gradientEvaluations } = run.result;
      const best = Math.min(...run.evaluations.map((event) => event.validationError ?? 1));
      const record = {
        rate,
        validationError,
        bestValidationError: best,
        testError,
        trainLoss,
        reason,
        gradientEvaluations,
      };
      results[network] ??= { budget: Number(budget), seed: 1, environment: run.environment, optimizers: {} };
      results[network].optimizers[optimizer] ??= [];
      const own = results[network].optimizers[optimizer];
      const at = own.findIndex((other) => other.rate === rate);
      own.splice(at < 0 ? own.length : at, at < 0 ? 0 : 1, record);
      writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
      writeFileSync(new URL("../docs/results/rates.md", import.meta.url), asMarkdown());
      console.log(network, optimizer, rate, validationError, testError);
    }
  }
}

/** The results as a page: one table per network, the chosen rate of each optimizer in bold. */
function asMarkdown() {
  const percent = (value) => (value === null ? "diverged" : (100 * value).toFixed(2));
  const sections = Object.entries(results).map(([network, { budget: epochs, seed, environment, optimizers }]) => {
    const rows = Object.entries(optimizers).flatMap(([optimizer, records]) => {
      const finite = records.filter(({ validationError }) => validationError !== null);
      const best = Math.min(...finite.map(({ validationError }) => validationError));
      // Of equal validation errors the smaller rate.
      const chosen = Math.min(...finite.filter((r) => r.validationError === best).map((r) => r.rate));
      return records.map(({ rate, validationError, testError, trainLoss }) => {
        const shown = rate === chosen ? `**${rate}**` : String(rate);
        return `| ${optimizer} | ${shown} | ${percent(validationError)} | ${percent(testError)} | ${trainLoss?.toFixed(4) ?? "–"} |`;
      });
    });
    const { processor, cores, node, onnxRuntime } = environment;
    return [
      `## ${network}`,
      "",
      `${epochs} effective epochs, seed ${seed}; ${processor}, ${cores} cores, Node ${node}, ONNX Runtime ${onnxRuntime}.`,
      "",
      "| optimizer | learning rate | validation error, % | test error, % | train loss |",
      "|---|---|---|---|---|",
      ...rows,
    ].join("\n");
  });
  const head = [
    "# Learning rates of the baselines",
    "",
    "Chosen by validation error at the end of the budget, one seed, by `node bench/chooseRates.mjs lenet,mnistfc,mnistfc-bn,small-lenet`;",
    "Entropy-Adam with the `lua` preset. Chosen rates are bold; the smaller one where errors are equal.",
  ].join("\n");
  return `${[head, ...sections].join("\n\n")}\n`;
}
