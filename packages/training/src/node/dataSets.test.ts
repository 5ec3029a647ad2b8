import { networks } from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { fits } from "../data/pooled.ts";
import { dataSetNames, dataSets, loadDataSet, networkNames, usualDataOf } from "./dataSets.ts";
import { isFetched } from "./namedDataSet.ts";

const packaged = dataSets.flatMap((data) => (isFetched(data) ? [] : [data]));

describe.each(packaged)("$name", ({ name, inputShape, numClasses, load }) => {
  test("loads the shape and classes of its row, with as many examples held out as asked for", () => {
    const data = load({ validation: 1 });
    expect(data.name).toBe(name);
    expect(data.validation.numExamples).toBe(1);
    for (const split of [data.train, data.validation, data.test])
      expect(split).toMatchObject({ inputShape, numClasses });
    expect(data.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(loadDataSet({ data: name, validation: 1 }).checksum).toBe(data.checksum);
  });
});

test("names are unique, and the first data set is the default", () => {
  expect(new Set(dataSetNames).size).toBe(dataSetNames.length);
  expect(loadDataSet({ validation: 0 }).name).toBe(dataSetNames[0]);
});

test("networks are offered that a data set fits, pooled or as it is", () => {
  expect(networkNames).toEqual(expect.arrayContaining(["lenet", "mlp-49-16-10", "all-cnn-bn", "small-cifar"]));
  const images = { inputShape: [1, 28, 28], numClasses: 10 };
  expect(Object.values(networks).filter((network) => !fits(network, images))).toEqual([
    networks["all-cnn-bn"],
    networks["small-cifar"],
  ]);
  expect(fits(networks.lenet!, { ...images, numClasses: 11 })).toBe(false);
});

test("without data a network has the first set that it fits, and the default one where it takes its sizes from them", () => {
  expect(["lenet", "mlp-49-16-10", "convnet", "net.ts"].map(usualDataOf)).toEqual(Array(4).fill(dataSetNames[0]));
  expect(["all-cnn-bn", "small-cifar"].map(usualDataOf)).toEqual(["cifar-10", "cifar-10"]);
  expect(["char-lstm", "ptb-small", "ptb-large"].map(usualDataOf)).toEqual(["war-and-peace", "ptb", "ptb"]);
});
