import { InputError } from "../inputError.ts";
import { type AnySplit, isLabelled } from "./split.ts";
import { isText, windowsOf } from "./textSplit.ts";

/** The examples of a split that `order` names, in its order. @throws InputError for windows of a text that do not follow one another */
export function subset<S extends AnySplit>(split: S, order: Int32Array): S {
  const whole: AnySplit = split;
  if (isText(whole)) {
    const [first = 0] = order;
    if (!order.every((index, i) => index === first + i)) {
      throw new InputError({ path: "subset", rule: "windows of a text must follow one another" });
    }
    return windowsOf(whole, first, first + order.length) as AnySplit as S;
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
