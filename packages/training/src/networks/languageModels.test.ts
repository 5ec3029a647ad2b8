import { normalInto, randomKey, uniformInto } from "entropy-sgd/random";
import { evaluate } from "onnx-grad";
import { initialiseInto } from "onnx-grad/layers";
import { describe, expect, test } from "vitest";
import { sequence } from "../tasks/sequence.ts";
import { adaptiveNetworks } from "./adaptive.ts";
import { buildSpec } from "./buildSpec.ts";
import type { NetworkSpec } from "./networkSpec.ts";

const fit = (name: string, steps: number, vocabularySize: number): NetworkSpec =>
  adaptiveNetworks[name]!.fit({ inputShape: [steps], outputShape: [steps, vocabularySize] });

test("the networks of Penn Treebank and of War and Peace have the published sizes, whatever the window", () => {
  const sizes = [
    ["char-lstm", 50, 87, 253_399],
    ["ptb-small", 20, 10_000, 4_651_600],
    ["ptb-medium", 35, 10_000, 19_775_200],
    ["ptb-large", 35, 10_000, 66_022_000],
  ] as const;
  for (const [name, steps, vocabularySize, numParams] of sizes) {
    for (const length of [1, steps]) {
      const network = buildSpec(fit(name, length, vocabularySize), { mode: "evaluation", carriesState: true });
      expect(network.numParams).toBe(numParams);
      expect(network.carried.map((state) => state.name)).toEqual(["lstm1.h", "lstm1.c", "lstm2.h", "lstm2.c"]);
    }
  }
});

test("dropout is on connections between layers, never on those in time", () => {
  const build = (name: string) => buildSpec(fit(name, 4, 12), { mode: "training", batch: 3, dropout: 0.5 });
  const masks = (name: string) => build(name).masks.map((mask) => [mask.name, mask.value.shape, mask.keep]);
  expect(masks("ptb-small")).toEqual(["dropout0", "dropout1", "dropout2"].map((name) => [name, [3, 4, 200], 0.5]));
  expect(masks("char-lstm")).toEqual(["dropout1", "dropout2"].map((name) => [name, [3, 4, 128], 0.5]));
});

describe.each(["char-lstm", "ptb-small", "ptb-medium"])("%s", (name) => {
  test("begins at a perplexity of the vocabulary's size", () => {
    const [steps, vocabularySize] = [6, 500];
    const network = buildSpec(fit(name, steps, vocabularySize), { mode: "evaluation", batch: 4 });
    const params = new Float32Array(network.numParams);
    initialiseInto(params, network.parameters, {
      uniformInto: (out, path) => uniformInto(out, { key: randomKey(1, "init", path), stream: 0, step: 0 }),
      normalInto: (out, path) => normalInto(out, { key: randomKey(1, "init", path), stream: 0, step: 0 }),
    });
    const tokens = Int32Array.from({ length: 4 * steps + 1 }, (_, i) => (i * 97) % vocabularySize);
    const feeds = Object.fromEntries(
      network.parameters.map(({ block: { name: parameter, offset, shape } }) => [
        parameter,
        params.subarray(offset, offset + shape.reduce((size, length) => size * length, 1)),
      ]),
    );
    const [logits] = evaluate([network.logits], { ...feeds, inputs: tokens.subarray(0, -1) });
    const { add, scores } = sequence().scorer([steps, vocabularySize]);
    add(Float32Array.from(logits!), tokens.subarray(1), 4);
    expect(Math.abs(scores().metrics.perplexity! / vocabularySize - 1)).toBeLessThan(0.01);
  });

  test("refuses examples that are no text", () => {
    const images = { inputShape: [1, 28, 28], outputShape: [10] };
    expect(() => adaptiveNetworks[name]!.fit(images)).toThrow(
      `${name}: takes texts (--data FILE.txt, or a name such as ptb), for the task sequence, examples have the shape 1×28×28`,
    );
  });
});
