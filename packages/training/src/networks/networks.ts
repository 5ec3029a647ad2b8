/** The networks of the paper's experiments and small ones for studies: each that is added has its file, and a line here. */
import { allCnnBn, lenet, smallCifar, smallLenet } from "./convolutional.ts";
import { mlp16, mlp40, mnistfc, mnistfcBn, smallMnistfc } from "./fullyConnected.ts";
import type { NetworkSpec } from "./networkSpec.ts";

const all: readonly NetworkSpec[] = [
  mnistfc,
  mnistfcBn,
  lenet,
  allCnnBn,
  smallLenet,
  smallCifar,
  smallMnistfc,
  mlp16,
  mlp40,
];

/** Every network by name; commands train those that a data set fits. */
export const networks: Readonly<Record<string, NetworkSpec>> = Object.fromEntries(all.map((spec) => [spec.name, spec]));
