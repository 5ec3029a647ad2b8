import { ClusterError } from "entropy-sgd-cluster";
import { expect, test } from "vitest";
import { failureInWords } from "./failureInWords.ts";

const settings = {
  ...({ server: "ws://host:8080", run: "first", network: "lenet" } as const),
  ...{ images: 256, replicas: 2, budget: 1, seed: 1 },
};

test.each([
  ["seed", "must be 3, as that of the others, got 1", "another seed: it must be 3, as that of the others, got 1"],
  ["budget", "must be 3, got 1; data must be 0a1b, got 2c3d", "another number of passes: it must be 3, got 1"],
  ["data", "must be 0a1b, as that of the others, got 2c3d", "other training images"],
  ["network", "must be 0a1b, as that of the others, got 2c3d", "another network"],
  ["SHA-256 of the data", "must be 0a1b, as that of the others, got 2c3d", "other training images"],
  ["trainExamples", "must be none, as that of the others, got 256", "another number of training images"],
  [
    "batchSize",
    "must be 64, as that of the others, got 128; seed must be 3, got 1",
    "another batchSize: it must be 64, as that of the others, got 128",
  ],
  ["optimizer", "must be 0a1b, as that of the others, got 2c3d", "other settings of the optimizer"],
])("a run that has another %s is told in a sentence", (name, rule, words) => {
  const error = new ClusterError("other-settings", "join", name, rule);
  expect(failureInWords(error, settings, false)).toBe(
    `The run first has ${words}. Set what the others have, or choose another name.`,
  );
});
