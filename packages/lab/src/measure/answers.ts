/** What the outputs of a network mean under its task: the columns of predictions. */
import type { Preparation, Task } from "entropy-sgd-training";
import { sizeOf } from "onnx-grad";

/** The columns of predictions, and their values for an example. */
export interface Answers {
  readonly columns: readonly string[];
  /** @param outputs - of one example */
  of(outputs: Float32Array): (string | number)[];
}

/**
 * Classes with their probabilities, probabilities of labels, or numbers.
 *
 * Classification: `prediction`, the class of the first of the largest logits, and softmax as `p(class)`. Binary and multilabel:
 * the logistic function of each output, of a binary one with two classes the `prediction` too. Others: the outputs.
 */
export function answersFor(task: Task, outputShape: readonly number[], preparation: Preparation): Answers {
  const size = sizeOf(outputShape);
  const { classNames, table } = preparation;
  const names = table !== undefined && table.targets.length === size ? table.targets : numbered("output", size);
  switch (task.name) {
    case "classification": {
      const classes = classNames ?? numbered("class", size);
      return {
        columns: ["prediction", ...classes.map((name) => `p(${name})`)],
        of(logits) {
          const p = softmax(logits);
          return [classes[p.indexOf(Math.max(...p))]!, ...p];
        },
      };
    }
    case "binary":
      if (size === 1 && classNames?.length === 2) {
        return {
          columns: ["prediction", `p(${classNames[1]})`],
          of: ([logit]) => [classNames[logit! > 0 ? 1 : 0]!, logistic(logit!)],
        };
      }
      return { columns: names.map((name) => `p(${name})`), of: (logits) => [...logits].map(logistic) };
    case "multilabel":
      return { columns: names.map((name) => `p(${name})`), of: (logits) => [...logits].map(logistic) };
    default:
      return { columns: [...names], of: (outputs) => [...outputs] };
  }
}

const numbered = (what: string, size: number): string[] =>
  size === 1 ? [what] : Array.from({ length: size }, (_, i) => `${what}${i}`);

const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

function softmax(logits: Float32Array): number[] {
  const largest = Math.max(...logits);
  const powers = [...logits].map((x) => Math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
