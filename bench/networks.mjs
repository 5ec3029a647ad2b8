// The networks of the benchmark: those of the packages and ResNet-18, each with the size of its batches and of its data.
import { recipeOf } from "entropy-sgd-lab";
import { networks } from "entropy-sgd-training";
import { resnet18 } from "./resnet18.mjs";

/** Batches of the paper's networks. */
const paperBatch = 128;

/**
 * What is measured of a network.
 *
 * @typedef {object} Measured
 * @property {import("entropy-sgd-training").NetworkSpec} spec
 * @property {number} batchSize
 * @property {number} numExamples
 * @property {number} dropout
 */

/** @type {(name: string, numExamples: number, dropout?: number) => Measured} */
const paper = (name, numExamples, dropout = recipeOf(name, "entropy-sgd").dropout) => ({
  ...{ spec: /** @type {Measured["spec"]} */ (networks[name]), batchSize: paperBatch, numExamples },
  dropout,
});

/** @type {Readonly<Record<string, Measured>>} */
export const benchNetworks = {
  "mnistfc-bn": paper("mnistfc-bn", 4096),
  lenet: paper("lenet", 4096),
  // Without the masks of its recipe, whose input mask alone has as many numbers as the images.
  "all-cnn-bn": paper("all-cnn-bn", 512, 0),
  resnet18: { spec: resnet18, batchSize: 32, numExamples: 512, dropout: 0 },
};
