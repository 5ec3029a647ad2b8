/** The optimizers that the planted study compares, as docs/decisions/study-planted.md lists them. */
import { type AnyState, entropySgd, type Optimizer, sgd, sgld } from "entropy-sgd";

/** Values that the conditions are made of. */
export interface PlantedGrid {
  /** γ of entropy-sgd. */
  readonly scopes: readonly number[];
  /** ε of entropy-sgd; those above 0 are sgld's, too. */
  readonly noises: readonly number[];
  /** L of entropy-sgd and of control. */
  readonly innerSteps: readonly number[];
}

/** One optimizer, without its learning rate. */
export interface PlantedCondition {
  readonly name: string;
  readonly optimizer: "sgd" | "sgld" | "control" | "entropy-sgd";
  /** γ; 0 where there is no force. */
  readonly scope: number;
  /** ε of √η'·ε·N(0, I). */
  readonly noise: number;
  /** L; 1 without an inner loop. */
  readonly innerSteps: number;
}

/** sgd, sgld at each noise, control at each L, entropy-sgd at each cell. */
export function plantedConditions({ scopes, noises, innerSteps }: PlantedGrid): PlantedCondition[] {
  const plain = { scope: 0, innerSteps: 1 };
  return [
    { name: "sgd", optimizer: "sgd", ...plain, noise: 0 },
    ...noises
      .filter((noise) => noise > 0)
      .map((noise) => ({ name: `sgld ε=${noise}`, optimizer: "sgld" as const, ...plain, noise })),
    ...innerSteps.map((steps) => ({
      ...{ name: `control L=${steps}`, optimizer: "control" as const },
      ...{ scope: 0, noise: 0, innerSteps: steps },
    })),
    ...innerSteps.flatMap((steps) =>
      scopes.flatMap((scope) =>
        noises.map((noise) => ({
          ...{ name: `entropy-sgd γ=${scope} ε=${noise} L=${steps}`, optimizer: "entropy-sgd" as const },
          ...{ scope, noise, innerSteps: steps },
        })),
      ),
    ),
  ];
}

/** The optimizer of a condition at its learning rate, that of the inner loop where there are two. */
export function optimizerOf(condition: PlantedCondition, learningRate: number, seed: number): Optimizer<AnyState> {
  const { optimizer, scope, noise, innerSteps } = condition;
  switch (optimizer) {
    case "sgd":
      return sgd({ learningRate, momentum: 0 });
    case "sgld":
      return sgld({ learningRate, annealing: 0, noise, noiseForm: "paper", seed });
    case "control":
    case "entropy-sgd":
      return entropySgd({
        ...{ learningRate: 1, innerLearningRate: learningRate, innerSteps, scope, noise, momentum: 0, seed },
        // The average is of the last fifth of an inner loop: 0.25 at L = 20.
        averaging: Math.min(0.75, 5 / innerSteps),
      });
  }
}
