/** Data and weights meet networks: what does not fit is refused, what can hardly be judged by is warned of. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sgd } from "entropy-sgd";
import {
  arraySplit,
  buildSpec,
  compileNetwork,
  type DataSet,
  InputError,
  type NetworkSpec,
  networks,
  requireFit,
  type Split,
  train,
} from "entropy-sgd-training";
import { loadMnist, nodePlatform } from "entropy-sgd-training/node";
import { layers } from "onnx-grad/layers";
import { afterAll, describe, expect, test } from "vitest";
import { tinyData, tinyNetwork } from "../../training/test/tinyTask.ts";
import { lossLandscape } from "../src/measure/lossLandscape.ts";
import { tensorsOf } from "../src/runs/tensorsOf.ts";
import { writeSmallImages } from "./smallImages.ts";

const data = tinyData({ train: 40, validation: 10, test: 10 });

const relabelled = (split: Split, labelOf: Split["labelOf"]): Split => ({ ...split, labelOf });
const shaped = (split: Split, inputShape: readonly number[]): Split => ({ ...split, inputShape });
const empty = (split: Split): Split => ({ ...split, numExamples: 0 });

const unfit: readonly (readonly [what: string, data: DataSet, message: string])[] = [
  [
    "a label that is no class",
    { ...data, train: relabelled(data.train, (i) => (i === 7 ? 3 : 0)) },
    "tiny: the train examples must have labels from 0 to 2, the label of example 7 is 3",
  ],
  [
    "a fractional label",
    { ...data, validation: relabelled(data.validation, () => 0.5) },
    "tiny: the validation examples must have labels from 0 to 2, the label of example 0 is 0.5",
  ],
  [
    "inputs of another shape and equal size",
    { ...data, train: shaped(data.train, [8, 8]) },
    "tiny: the train examples must have the shape 1×8×8, they have 8×8",
  ],
  [
    "another number of classes",
    { ...data, test: { ...data.test, numClasses: 4 } },
    "tiny: the test examples must have 3 classes, they have 4",
  ],
  [
    "an empty test split",
    { ...data, test: empty(data.test) },
    "tiny: the test split must have at least one example, it is empty",
  ],
  [
    "an empty training split",
    { ...data, train: empty(data.train) },
    "tiny: the train split must have at least one example, it is empty",
  ],
];

describe("data that do not fit a network", () => {
  test.each(unfit)("%s is refused", (_, bad, message) => {
    expect(() => requireFit(tinyNetwork, bad)).toThrow(new InputError(message));
  });

  test("are refused by train before its first event, by evaluations and by landscapes", async () => {
    const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
    try {
      for (const [, bad, message] of unfit) {
        const events = train(model, bad, sgd({ learningRate: 0.1 }), { budget: 1 });
        await expect(events.next()).rejects.toThrow(message);
      }
      const shifted = relabelled(data.test, () => 9);
      await expect(model.evaluate(model.initialParams(1), shifted)).rejects.toThrow("the label of example 0 is 9");
      expect(() => lossLandscape(tinyNetwork, shifted)).toThrow("the label of example 0 is 9");
    } finally {
      await model.close();
    }
  });

  test("a network with other logits than classes is refused by all that build it", async () => {
    const nine: NetworkSpec = {
      name: "nine",
      inputShape: [2],
      outputShape: [4],
      define: () => (context, inputs) => layers.dense(context, "out", inputs, 9),
    };
    const message = "nine: must give outputs of the shape 4 for an example, it gives 9";
    await expect(compileNetwork(nine, { platform: nodePlatform })).rejects.toThrow(new InputError(message));
    const split = arraySplit({ inputs: new Float32Array(4), labels: [0, 1], inputShape: [2], numClasses: 4 });
    expect(() => lossLandscape(nine, split)).toThrow(message);
  });
});

describe("data sorted by class", () => {
  const ofClass = (split: Split, label: number): Split => relabelled(split, () => label);
  const sorted = { ...data, train: relabelled(data.train, (i) => i % 2), validation: ofClass(data.validation, 2) };

  test("causes a warning with the remedy", () => {
    expect(requireFit(tinyNetwork, data)).toEqual([]);
    expect(requireFit(tinyNetwork, { ...data, validation: empty(data.validation) })).toEqual([]);
    const remedy =
      "are the data sorted by class? The last training examples are held out: --set heldOut=random draws them instead";
    expect(requireFit(tinyNetwork, sorted)).toEqual([
      `all 10 validation examples are of class 2; ${remedy}`,
      `class 2 has no training example; ${remedy}`,
    ]);
  });

  test("causes warnings after the start of train, not again in a resumed run", async () => {
    const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
    const types: string[] = [];
    for await (const event of train(model, sorted, sgd({ learningRate: 0.1 }), { budget: 0.5 })) types.push(event.type);
    expect(types.slice(0, 4)).toEqual(["start", "warning", "warning", "gradient"]);
    await model.close();
  });

  const folder = mkdtempSync(join(tmpdir(), "held-out-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("a random draw holds out every class, each example once", () => {
    writeSmallImages(folder);
    expect(readdirSync(folder)).toHaveLength(4);
    const keys = (split: Split): string[] =>
      Array.from({ length: split.numExamples }, (_, i) => {
        const pixels = new Float32Array(784);
        split.readExampleInto(pixels, 0, i);
        return `${split.labelOf(i)} ${pixels.join()}`;
      });
    const [last, random] = (["last", "random"] as const).map((heldOut) => {
      return loadMnist({ data: folder, validation: 100, heldOut });
    });
    const all = ({ train: rest, validation }: DataSet): string[] => [...keys(rest), ...keys(validation)];
    expect(all(random!).sort()).toEqual(all(last!).sort());
    expect(keys(random!.validation)).not.toEqual(keys(last!.validation));
    expect(new Set(keys(random!.validation).map((key) => key[0])).size).toBe(10);
    expect(random!.checksum).toBe(last!.checksum);
    const again = loadMnist({ data: folder, validation: 100, heldOut: "random" });
    expect(keys(again.validation)).toEqual(keys(random!.validation));
  });
});

describe("weights and networks", () => {
  const network = buildSpec(networks["mlp-49-16-10"]!, { mode: "evaluation" });
  const tensors = network.parameters.map(({ block: { name, shape } }) => ({
    name,
    shape,
    data: new Float32Array(shape.reduce((product, length) => product * length, 1)),
  }));
  const [first, ...rest] = tensors;
  const swapped = { ...first!, shape: [...first!.shape].reverse() };
  const names = (given: typeof tensors) => () => tensorsOf({ tensors: given }, network, "file");

  test("are compared by name, shape and type", () => {
    expect(Object.keys(names(tensors)())).toEqual(tensors.map(({ name }) => name));
    // As many numbers, the other way round.
    expect(first!.shape).toEqual([49, 16]);
    expect(names([swapped, ...rest])).toThrow(
      new InputError(`file must have a tensor [49×16] named ${first!.name}, found a tensor [16×49]`),
    );
    expect(names(rest)).toThrow(`file must have a tensor [49×16] named ${first!.name}, found nothing`);
    expect(names([...tensors, { ...first!, name: "other" }])).toThrow(
      'file must have the tensors of the network only, it has "other"',
    );
    const doubles = { ...first!, data: new Float64Array(784) };
    expect(() => tensorsOf({ tensors: [doubles, ...rest] }, network, "file")).toThrow("a tensor [49×16] of float64");
  });
});
