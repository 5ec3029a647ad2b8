/**
 * What the paper published: Chaudhari et al., Entropy-SGD, ICLR 2017 (arXiv:1611.01838). Typed from the paper, none of it measured
 * here. Errors are fractions.
 */

/** A published mean with its standard deviation, at a number of (effective) epochs. */
export interface Published {
  readonly optimizer: string;
  readonly mean: number;
  readonly sd: number;
  readonly epochs: number;
}

/** Test errors of LeNet on MNIST. */
export const publishedLenet: readonly (Published & { readonly where: string })[] = [
  { optimizer: "Entropy-SGD", mean: 0.005, sd: 0.0001, epochs: 80, where: "Table 1" },
  { optimizer: "Adam", mean: 0.0051, sd: 0.0001, epochs: 100, where: "Table 1" },
  { optimizer: "SGLD", mean: 0.0063, sd: 0.001, epochs: 300, where: "comparison with SGLD" },
];

/** The rows of the paper's Table 1: errors in per cent, perplexities as they are. */
export const publishedTable: readonly {
  readonly model: string;
  readonly entropySgd: string;
  readonly baseline: string;
}[] = [
  { model: "mnistfc, error %", entropySgd: "1.37 ± 0.03 @ 120", baseline: "Adam 1.39 ± 0.03 @ 66" },
  { model: "LeNet, error %", entropySgd: "0.50 ± 0.01 @ 80", baseline: "Adam 0.51 ± 0.01 @ 100" },
  { model: "All-CNN-BN, error %", entropySgd: "7.81 ± 0.09 @ 160", baseline: "SGD 7.71 ± 0.19 @ 180" },
  { model: "PTB-LSTM, perplexity", entropySgd: "77.656 ± 0.171 @ 25", baseline: "SGD 78.6 ± 0.26 @ 55" },
  { model: "char-LSTM, perplexity", entropySgd: "1.217 ± 0.005 @ 25", baseline: "Adam 1.226 ± 0.01 @ 40" },
];

/** The Hessian of small LeNet at the end of training, Figure 1. */
export const publishedSpectrum = {
  where: "Figure 1",
  shareNearZero: "about 94 %",
  largest: "almost 40",
  smallest: "about −0.46",
  testError: "2.4 %",
} as const;
