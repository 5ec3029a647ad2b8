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

/** @type {(name: string, numExamples: number) => Measured} */
const paper = (name, numExamples) => ({
  ...{ spec: /** @type {Measured["spec"]} */ (networks[name]), batchSize: paperBatch, numExamples },
  dropout: recipeOf(name, "entropy-sgd").dropout,
});

/** @type {Readonly<Record<string, Measured>>} */
export const benchNetworks = {
  "mnistfc-bn": paper("mnistfc-bn", 4096),
  lenet: paper("lenet", 4096),
  "all-cnn-bn": paper("all-cnn-bn", 512),
  resnet18: { spec: resnet18, batchSize: 32, numExamples: 512, dropout: 0 },
};
