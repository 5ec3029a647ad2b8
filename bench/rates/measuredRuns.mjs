// Runs by their settings, each trained once: what is in the file is not repeated, so an interrupted study goes on.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { currentEnvironment, resolveSettings, runTraining } from "entropy-sgd-lab";
import { classification, fitted, networks } from "entropy-sgd-training";
import { loadDataSet } from "entropy-sgd-training/node";

/** Opens the file of runs; `run` gives the record of a request, from the file or by training with one thread. */
export function measuredRuns(file) {
  const records = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).runs : [];
  const loaded = loadDataSet({});
  /** The record of a request; undefined where there is none. */
  const find = (request) => {
    const settings = trainedSettings(resolveSettings({ ...request, threads: 1 }));
    return records.find((record) => sameSettings(record.settings, settings));
  };
  return {
    records,
    find,
    async run(request) {
      const known = find(request);
      if (known !== undefined) return known;
      const settings = trainedSettings(resolveSettings({ ...request, threads: 1 }));
      const spec = networks[request.network];
      /** @type {any} */
      let evaluation = null;
      const result = await runTraining(resolveSettings({ ...request, threads: 1 }), {
        out: null,
        parts: { spec, task: classification(), data: fitted(spec, loaded), files: null, notes: [] },
        onEvent: (event) => {
          if (event.type === "evaluation") evaluation = event;
        },
      });
      const { validationError, testError, trainLoss, reason, gradientEvaluations, seconds } = result;
      const validationLoss = reason === "budget" ? (evaluation?.validationLoss ?? null) : null;
      const record = {
        settings,
        ...{ validationError, validationLoss, testError, trainLoss, reason, gradientEvaluations },
        seconds: Number(seconds.toFixed(1)),
      };
      records.push(record);
      const lines = records.map((one) => JSON.stringify(one)).join(",\n");
      const environment = JSON.stringify(currentEnvironment(1));
      writeFileSync(`${file}.new`, `{ "environment": ${environment},\n"runs": [\n${lines}\n] }\n`);
      renameSync(`${file}.new`, file);
      return record;
    },
  };
}

/** What decides a run's numbers. */
function trainedSettings(settings) {
  const { network, optimizer, preset, seed, budget, dropout, innerSteps, drops, dropFactor, options } = settings;
  const sorted = Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { network, optimizer, preset, seed, budget, dropout, innerSteps, drops, dropFactor, options: sorted };
}

function sameSettings(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
