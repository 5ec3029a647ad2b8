// The network and the optimizer of a run's settings.
import { entropySgd, geometricScope, type Optimizer, presets, sgd, stepSchedule } from "entropy-sgd";
import { type NetworkSpec, networks, type Plan, planOf } from "entropy-sgd-training";
import { batchSize, innerSteps, type Settings } from "./settings.ts";

export const dropoutOf = ({ network }: Settings): number => (network === "lenet" ? 0.25 : 0);
export const networkOf = ({ network }: Settings): NetworkSpec => networks[network]!;

export const planFor = ({ budget, images }: Settings): Plan => planOf(images, batchSize, innerSteps, budget);

// biome-ignore lint/suspicious/noExplicitAny: the two optimizers have states of different types
export function optimizerOf({ optimizer, seed }: Settings, { totalGradients }: Plan): Optimizer<any> {
  // Learning rates fall to a tenth after 40 % of the budget, as in the paper's experiments with LeNet.
  const dropAfter = (steps: number, initial: number) => stepSchedule({ initial, factor: 0.1, at: [0.4 * steps] });
  if (optimizer === "sgd") return sgd({ learningRate: dropAfter(totalGradients, 0.1), momentum: 0.9, nesterov: true });
  return entropySgd({
    ...presets.lua,
    learningRate: dropAfter(totalGradients / innerSteps, 1),
    innerLearningRate: 0.1,
    innerSteps,
    scope: geometricScope(1e-4, 1e-3),
    noise: 1e-4,
    seed,
  });
}
