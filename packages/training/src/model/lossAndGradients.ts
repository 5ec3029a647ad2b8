import { gradients, input, type Value } from "onnx-grad";
import type { Network } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import { classification } from "../tasks/classification.ts";
import type { Task } from "../tasks/task.ts";

/** The outputs of a gradient: `loss`, the batch mean, and `<parameter>.gradient` for each parameter. */
export interface LossAndGradients extends Record<`${string}.gradient`, Value> {
  readonly loss: Value;
}

/**
 * A task's loss of a batch and its gradient in each parameter, with the batch's targets in the graph input `targets`.
 *
 * @param task - classification when absent
 * @throws InputError if the loss is no scalar
 */
export function lossAndGradients({ logits, parameters }: Network, task: Task = classification()): LossAndGradients {
  const loss = task.loss(logits, targetInput(logits, task));
  if (loss.shape.length > 0) {
    throw new InputError({ path: task.name, rule: `the loss must be a scalar, it is ${loss.shape.join("×")}` });
  }
  const weights = parameters.map(({ value }) => value);
  const slopes = gradients(loss, weights).map((slope, i) => [`${parameters[i]!.block.name}.gradient`, slope]);
  return { loss, ...Object.fromEntries(slopes) };
}

/** The graph input `targets` for these outputs. */
export function targetInput({ shape: [batch, ...outputShape] }: Value, task: Task): Value {
  const { shape, dtype } = task.targetsOf(outputShape);
  return input("targets", [batch!, ...shape], dtype);
}
