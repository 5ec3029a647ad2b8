import { gradients, input, softmaxCrossEntropy, type Value } from "onnx-grad";
import type { Network } from "onnx-grad/layers";

/** The outputs of a gradient: `loss`, the mean cross-entropy, and `<parameter>.gradient` for each parameter. */
export interface LossAndGradients extends Record<`${string}.gradient`, Value> {
  readonly loss: Value;
}

/** The loss of a batch and its gradient in each parameter, with the batch's classes in the graph input `labels`. */
export function lossAndGradients({ logits, parameters }: Network): LossAndGradients {
  const [batch] = logits.shape as [number, number];
  const loss = softmaxCrossEntropy(logits, input("labels", [batch], "int32"));
  const weights = parameters.map(({ value }) => value);
  const slopes = gradients(loss, weights).map((slope, i) => [`${parameters[i]!.block.name}.gradient`, slope]);
  return { loss, ...Object.fromEntries(slopes) };
}
