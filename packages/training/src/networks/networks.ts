/** The networks of the paper's experiments and small ones for studies, by name. */
import type { NetworkDefinition } from "onnx-grad/layers";
import { allCnnBn, lenet, smallLenet } from "./convolutional.ts";
import { mlp, mnistfc, mnistfcBn, smallMnistfc } from "./fullyConnected.ts";

/** A network by name: what one example looks like and how it is built. */
export interface NetworkSpec {
  readonly name: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  readonly numClasses: number;
  /** The definition at a dropout rate (0 … 1); networks without dropout ignore it. */
  define(dropout: number): NetworkDefinition;
}

const mnist = { inputShape: [1, 28, 28], numClasses: 10 } as const;
const colour = { inputShape: [3, 32, 32], numClasses: 10 } as const;
const pooled = { inputShape: [1, 7, 7], numClasses: 10 } as const;

/** Every network: those that commands train, and All-CNN-BN, for which there are no data yet. */
export const networks: Readonly<Record<string, NetworkSpec>> = Object.fromEntries(
  [
    { name: "mnistfc", ...mnist, define: mnistfc },
    { name: "mnistfc-bn", ...mnist, define: mnistfcBn },
    { name: "lenet", ...mnist, define: lenet },
    { name: "all-cnn-bn", ...colour, define: allCnnBn },
    { name: "small-lenet", ...mnist, define: smallLenet },
    { name: "small-mnistfc", ...mnist, define: smallMnistfc },
    { name: "mlp-49-16-10", ...pooled, define: () => mlp(16) },
    { name: "mlp-49-40-10", ...pooled, define: () => mlp(40) },
  ].map((spec) => [spec.name, spec]),
);
