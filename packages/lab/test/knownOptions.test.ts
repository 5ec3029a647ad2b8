/** Functions that take options refuse names they do not know, which would be ignored. */
import { expect, test } from "vitest";
import {
  arraySplit,
  compileNetwork,
  continueTraining,
  loadMnist,
  networks,
  resolveSettings,
  resumeTraining,
  runTraining,
} from "../src/index.ts";

const settings = resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 1 });
const training = "signal, onWait, checkpointRequests, onEvent, data, files";

test.each<[name: string, options: string, call: (options: never) => unknown]>([
  ["arraySplit", "inputs, labels, inputShape, numClasses", arraySplit],
  ["compileNetwork", "batchSize, dropout, threads, session", (options) => compileNetwork(networks.lenet!, options)],
  ["continueTraining", `${training}, dataFolder, threads, budget`, (it) => continueTraining("no-run", settings, it)],
  ["loadMnist", "data, validation, heldOut", loadMnist],
  [
    "resolveSettings",
    "network, optimizer, preset, recipe, budget, seed, dropout, sampling, data, threads, set, innerSteps",
    resolveSettings,
  ],
  ["resumeTraining", `${training}, dataFolder, threads, budget`, (options) => resumeTraining("no-run", options)],
  ["runTraining", `out, ${training}`, (options) => runTraining(settings, options)],
])("%s", async (name, options, call) => {
  const refused = async (given: unknown) => call(given as never);
  const message = `${name}: unknown option "optoin"; the options are ${options}`;
  await expect(refused({ optoin: 1 })).rejects.toThrow(new TypeError(message));
  await expect(refused([])).rejects.toThrow(new TypeError(`${name}: options must be an object, got []`));
});
