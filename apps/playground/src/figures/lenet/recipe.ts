/** How LeNet is trained: the tuned recipe of `entropy-sgd train --network lenet`, of which a test checks that it is the same. */
import { type AnyState, entropySgd, geometricScope, type Optimizer, sgd, stepSchedule } from "entropy-sgd";
import { type Plan, planOf } from "entropy-sgd-training";

/** An optimizer of the figure. */
export type OptimizerName = "entropy-sgd" | "sgd";

/** What a run depends on. */
export interface RunSettings {
  readonly optimizer: OptimizerName;
  /** Effective epochs: as many gradients as so many passes over the training images take, inner steps counted. */
  readonly budget: number;
  /** Of the 55,000 training images the first ones. */
  readonly images: number;
  readonly seed: number;
}

export const batchSize = 128;
/** L of Entropy-SGD; events of both optimizers come every so many gradients. */
export const innerSteps = 20;
export const dropout = 0.25;
/** Epochs of outer steps of the published experiment; the scope ends where it did. */
export const publishedEpochs = 5;

/** How many gradients a run takes. */
export const planFor = ({ images, budget }: Pick<RunSettings, "images" | "budget">): Plan =>
  planOf(images, batchSize, innerSteps, budget);

/** The scope of Entropy-SGD and Parle in a run of this plan. */
export function scopeFor({ totalGradients, gradientsPerEpoch }: Plan): ReturnType<typeof geometricScope> {
  const outerSteps = totalGradients / innerSteps;
  return geometricScope(1e-4, (1 + 1e-3) ** ((publishedEpochs * gradientsPerEpoch) / outerSteps) - 1);
}

/** The optimizer; rates fall to a tenth after 40 % of the budget. */
export function optimizerFor({ optimizer, seed }: RunSettings, plan: Plan): Optimizer<AnyState> {
  const { totalGradients } = plan;
  const outerSteps = totalGradients / innerSteps;
  const falling = (initial: number, steps: number) => stepSchedule({ initial, factor: 0.1, at: [0.4 * steps] });
  if (optimizer === "sgd")
    return sgd({
      learningRate: falling(0.1, totalGradients),
      momentum: 0.9,
      nesterov: true,
      gradientNormEvery: innerSteps,
    });
  return entropySgd({
    learningRate: falling(1, outerSteps),
    innerLearningRate: 0.1,
    innerSteps,
    scope: scopeFor(plan),
    noise: 1e-4,
    seed,
  });
}

/** The command that trains the same; validation takes the images that are not trained on. */
export function commandOf({ optimizer, budget, images, seed }: RunSettings): string {
  const held = images === 55_000 ? "" : ` --set validation=${60_000 - images}`;
  return `npx entropy-sgd train --network lenet --optimizer ${optimizer} --budget ${budget} --seed ${seed}${held}`;
}
