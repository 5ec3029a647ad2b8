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
      console.log(network, optimizer, rate, validationError, testError);
    }
  }
}
