/** Functions whose valleys are known: for figures, for tests, and to check an instrument before it is believed. */
export { type BinaryPerceptron, type BinaryPerceptronOptions, binaryPerceptron } from "./planted/binaryPerceptron.ts";
export { configurationOf, weightsOf } from "./planted/configurations.ts";
export { type DoubleWell, doubleWell } from "./planted/doubleWell.ts";
export { type GaussianWell, gaussianWells, type PlantedObjective } from "./planted/gaussianWells.ts";
export { type GridFunction, gridFunction } from "./planted/gridFunction.ts";
export { rosenbrock } from "./planted/rosenbrock.ts";
export { type PointRange, roughValleys, valleyRanges } from "./planted/roughValleys.ts";
export { type ScatteredWellsOptions, scatteredWells } from "./planted/scatteredWells.ts";
export { separable } from "./planted/separable.ts";
