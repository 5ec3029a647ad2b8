/**
 * Rates chosen on validation, by network and optimizer: what a first try gets.
 *
 * [1] one effective epoch, up to three seeds, docs/results/rates.md; [4] four effective epochs, one seed, three candidates,
 * docs/results/rates-four-epochs.md, where [1] has not been measured. A test holds the numbers of [1] against the evidence.
 */
import type { OptimizerName } from "entropy-sgd";
import type { NetworkName } from "entropy-sgd-training";

/** Which evidence a rate rests on. */
export type Evidence = 1 | 4;

/** What was chosen of an optimizer. */
export interface TunedRate {
  readonly learningRate?: number;
  readonly innerLearningRate?: number;
  readonly evidence: Evidence;
}

const rate = (learningRate: number, evidence: Evidence = 1): TunedRate => ({ learningRate, evidence });
const inner = (innerLearningRate: number): TunedRate => ({ innerLearningRate, evidence: 1 });
const both = (learningRate: number, innerLearningRate: number, evidence: Evidence = 1): TunedRate => ({
  ...{ learningRate, innerLearningRate, evidence },
});

/** The table. */
export const tunedRates: Readonly<Record<NetworkName, Readonly<Record<OptimizerName, TunedRate>>>> = {
  mnistfc: {
    "entropy-sgd": inner(0.03),
    "entropy-adam": both(0.003, 0.1, 4),
    ...{ sgd: rate(0.03), sam: rate(0.03, 4), swa: rate(0.03, 4), sgld: rate(0.1, 4) },
    ...{ adam: rate(1e-3, 4), adamw: rate(1e-3, 4) },
  },
  "mnistfc-bn": {
    "entropy-sgd": inner(0.1),
    "entropy-adam": both(0.003, 0.1, 4),
    ...{ sgd: rate(0.1), sam: rate(0.03, 4), swa: rate(0.03, 4), sgld: rate(0.1, 4) },
    ...{ adam: rate(1e-3, 4), adamw: rate(1e-3, 4) },
  },
  lenet: {
    "entropy-sgd": inner(0.1),
    "entropy-adam": both(0.03, 0.1, 4),
    ...{ sgd: rate(0.1), sam: rate(0.1, 4), swa: rate(0.1, 4), sgld: rate(0.1, 4) },
    ...{ adam: rate(1e-3, 4), adamw: rate(1e-3, 4) },
  },
  "small-lenet": {
    "entropy-sgd": inner(0.1),
    "entropy-adam": both(0.03, 0.1, 4),
    ...{ sgd: rate(0.1), sam: rate(0.1), swa: rate(0.1), sgld: rate(0.3) },
    ...{ adam: rate(0.01), adamw: rate(0.01) },
  },
  "small-mnistfc": {
    "entropy-sgd": inner(0.03),
    "entropy-adam": both(0.01, 0.03),
    ...{ sgd: rate(0.03), sam: rate(0.03), swa: rate(0.03), sgld: rate(0.1) },
    ...{ adam: rate(0.01), adamw: rate(0.01) },
  },
  "mlp-49-16-10": {
    "entropy-sgd": inner(0.3),
    "entropy-adam": both(0.1, 0.3),
    ...{ sgd: rate(0.3), sam: rate(0.3), swa: rate(0.3), sgld: rate(1) },
    ...{ adam: rate(0.03), adamw: rate(0.03) },
  },
  "mlp-49-40-10": {
    "entropy-sgd": inner(0.3),
    "entropy-adam": both(0.1, 0.3),
    ...{ sgd: rate(0.3), sam: rate(0.3), swa: rate(0.3), sgld: rate(0.3) },
    ...{ adam: rate(0.03), adamw: rate(0.03) },
  },
};
