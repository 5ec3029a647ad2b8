/** A small text and a recurrent network for tests: tokens go round in a circle, the first of each round is drawn. */
import { type NetworkSpec, type TextSplit, textSplit } from "entropy-sgd-training";
import { add, cast, concat, matmul, oneHot, reshape, slice, tanh, type Value } from "onnx-grad";
import { layers, normal } from "onnx-grad/layers";
import { numbers } from "./tinyTask.ts";

export const vocabularySize = 6;

/** h ← tanh(x U + h W), unrolled; logits of every step from h. */
export function tinyRecurrent(steps: number, units = 8): NetworkSpec {
  return {
    name: "tiny-recurrent",
    inputShape: [steps],
    outputShape: [steps, vocabularySize],
    define: (rate) => (context, inputs) => {
      const batch = inputs.shape[0]!;
      const rows = reshape(oneHot(cast(inputs, "int32"), vocabularySize), [batch, steps, vocabularySize]);
      const ofInput = context.parameter("rnn.input", [vocabularySize, units], normal(0.5), "weight");
      const ofState = context.parameter("rnn.hidden", [units, units], normal(0.5), "weight");
      let h = context.carriedState("rnn.h", [batch, units]);
      const states: Value[] = [];
      for (let t = 0; t < steps; t++) {
        const x = reshape(slice(rows, [0, t, 0], [batch, 1, vocabularySize]), [batch, vocabularySize]);
        h = tanh(add(matmul(x, ofInput), matmul(h, ofState)));
        states.push(reshape(h, [batch, 1, units]));
      }
      context.carry("rnn.h", h);
      const all = layers.dropout(context, "drop", concat(states, 1), rate);
      return layers.dense(context, "softmax", all, vocabularySize);
    },
  };
}

/** Tokens of which two thirds follow from the one before. */
function tinyTokens(length: number, seed: number): Int32Array {
  const next = numbers(seed);
  let token = 0;
  return Int32Array.from({ length }, () => {
    token = next() < 2 / 3 ? (token + 1) % vocabularySize : Math.floor(vocabularySize * next());
    return token;
  });
}

/** A split of such tokens. */
export function tinyText(length: number, steps: number, seed = 1): TextSplit {
  return textSplit({ tokens: tinyTokens(length, seed), vocabularySize, steps });
}
