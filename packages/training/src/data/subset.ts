import { type AnySplit, isLabelled } from "./split.ts";
import { isText, textPart } from "./textSplit.ts";

/**
 * The examples of a split that `order` names, in its order. Windows of a text that follow one another are a text; others are examples on
 * their own, with no state carried between them.
 */
export function subset<S extends AnySplit>(split: S, order: Int32Array): S {
  const whole: AnySplit = split;
  if (isText(whole)) {
    const [first = 0] = order;
    if (order.every((index, i) => index === first + i)) {
      const end = order.length === 0 ? first : (first + order.length) * whole.steps + 1;
      return textPart(whole, first * whole.steps, end) as AnySplit as S;
    }
    const { tokens: _, steps: __, ...windows } = whole;
    return subset<AnySplit>(windows, order) as S;
  }
  return {
    ...split,
    numExamples: order.length,
    readExampleInto: (out: Float32Array, offset: number, index: number) =>
      whole.readExampleInto(out, offset, order[index]!),
    ...(isLabelled(whole)
      ? { labelOf: (index: number) => whole.labelOf(order[index]!) }
      : {
          readTargetInto: (out: Float32Array | Int32Array, offset: number, index: number) =>
            whole.readTargetInto(out, offset, order[index]!),
        }),
  };
}
