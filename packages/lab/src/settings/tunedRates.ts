/**
 * Rates chosen on validation, by network and optimizer, after one effective epoch with up to three seeds: the defaults. A test
 * checks them against the evidence in docs/results/rates.json.
 */
import type { OptimizerName } from "entropy-sgd";

/** The rates chosen for an optimizer. */
export interface TunedRate {
  readonly learningRate?: number;
  readonly innerLearningRate?: number;
}

const rate = (learningRate: number): TunedRate => ({ learningRate });
const inner = (innerLearningRate: number): TunedRate => ({ innerLearningRate });
const both = (learningRate: number, innerLearningRate: number): TunedRate => ({ learningRate, innerLearningRate });

/** The table; networks and optimizers that are not in it have none. */
export const tunedRates: Readonly<Record<string, Readonly<Partial<Record<OptimizerName, TunedRate>>>>> = {
  mnistfc: {
    "entropy-sgd": inner(0.03),
    "entropy-adam": both(0.003, 0.1),
    sgd: rate(0.03),
    sam: rate(0.03),
    swa: rate(0.03),
    sgld: rate(0.1),
    adam: rate(1e-3),
    adamw: rate(1e-3),
  },
  "mnistfc-bn": {
    "entropy-sgd": inner(0.1),
    "entropy-adam": both(0.01, 0.3),
    sgd: rate(0.1),
    sam: rate(0.1),
    swa: rate(0.1),
    sgld: rate(0.3),
    adam: rate(1e-3),
    adamw: rate(1e-3),
  },
  lenet: {
    "entropy-sgd": inner(0.1),
    "entropy-adam": both(0.03, 0.3),
    sgd: rate(0.1),
    sam: rate(0.1),
    swa: rate(0.1),
    sgld: rate(0.3),
    adam: rate(0.01),
    adamw: rate(0.01),
  },
  "small-lenet": {
    "entropy-sgd": inner(0.1),
    "entropy-adam": both(0.01, 0.1),
    sgd: rate(0.1),
    sam: rate(0.1),
    swa: rate(0.1),
    sgld: rate(0.3),
    adam: rate(0.01),
    adamw: rate(0.01),
  },
  "small-mnistfc": {
    "entropy-sgd": inner(0.03),
    "entropy-adam": both(0.01, 0.03),
    sgd: rate(0.03),
    sam: rate(0.03),
    swa: rate(0.03),
    sgld: rate(0.1),
    adam: rate(0.01),
    adamw: rate(0.01),
  },
  "mlp-49-16-10": {
    "entropy-sgd": inner(0.3),
    "entropy-adam": both(0.1, 0.3),
    sgd: rate(0.3),
    sam: rate(0.3),
    swa: rate(0.3),
    sgld: rate(1),
    adam: rate(0.03),
    adamw: rate(0.03),
  },
  "mlp-49-40-10": {
    "entropy-sgd": inner(0.3),
    "entropy-adam": both(0.1, 0.3),
    sgd: rate(0.3),
    sam: rate(0.3),
    swa: rate(0.3),
    sgld: rate(0.3),
    adam: rate(0.03),
    adamw: rate(0.03),
  },
};
