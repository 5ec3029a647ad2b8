/** Recurrent language models: the next token of a text, at every step of a window, with the vocabulary of the data. */
import { cast, oneHot } from "onnx-grad";
import { layers, uniform } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import type { AdaptiveNetwork } from "./adaptiveNetwork.ts";

const { dense, dropout, embedding, lstm } = layers;

/** What a language model is made of. */
interface LanguageModel {
  readonly name: string;
  readonly doc: string;
  /** Name of the data set that it is trained on where the user does not say. */
  readonly data: string;
  /** Units of each of the two LSTM layers. */
  readonly units: number;
  /** What a token of a text in files is, where the user does not say; absent for characters. */
  readonly unit?: "words";
  /** Tokens of a window, where the user does not say. */
  readonly steps: number;
  /** Rows of a table as wide as the layers for words; tokens are one-hot without. */
  readonly embeds: boolean;
  /** Weights and biases are uniform on ± this; null for PyTorch's defaults. */
  readonly bound: number | null;
}

/**
 * Tokens → one-hot or embedding → two LSTM layers → a logit for each token of the vocabulary. Dropout is on connections between
 * layers alone: behind the embedding, between the layers and before the logits (Zaremba, Sutskever, Vinyals 2014, arXiv:1409.2329).
 */
function languageModel({ name, doc, data, units, unit, steps, embeds, bound }: LanguageModel): AdaptiveNetwork {
  return {
    name,
    doc,
    usual: { data, task: "sequence", ...(unit && { unit }), steps },
    fit({ inputShape, outputShape }) {
      const [, vocabularySize = 0] = outputShape;
      if (inputShape.length !== 1 || outputShape.length !== 2 || outputShape[0] !== inputShape[0]) {
        const rule = "takes texts (--data FILE.txt, or a name such as ptb), for the task sequence";
        throw new InputError({
          path: name,
          rule,
          value: inputShape,
          got: `examples have the shape ${inputShape.join("×")}`,
        });
      }
      const initialiser = bound === null ? undefined : uniform(bound);
      const options = initialiser === undefined ? {} : { initialiser };
      const recurrent = initialiser === undefined ? {} : { initialiser, biasInitialiser: initialiser };
      return {
        name,
        inputShape,
        outputShape,
        define: (rate) => (context, inputs) => {
          const tokens = cast(inputs, "int32");
          const words = embeds
            ? dropout(
                context,
                "dropout0",
                embedding(context, "embedding", tokens, vocabularySize, units, options),
                rate,
              )
            : oneHot(tokens, vocabularySize);
          const first = dropout(context, "dropout1", lstm(context, "lstm1", words, units, recurrent), rate);
          const second = dropout(context, "dropout2", lstm(context, "lstm2", first, units, recurrent), rate);
          return dense(context, "softmax", second, vocabularySize, options);
        },
      };
    },
  };
}

const ptb = (size: string, units: number, steps: number, bound: number): AdaptiveNetwork =>
  languageModel({
    name: `ptb-${size}`,
    doc: `words: embedding and two LSTM layers of ${units}, windows of ${steps}`,
    data: "ptb",
    unit: "words",
    units,
    steps,
    embeds: true,
    bound,
  });

/** Characters: 253,399 weights at the 87 bytes of War and Peace; Karpathy, Johnson, Li 2015 (arXiv:1506.02078). */
const charLstm = languageModel({
  name: "char-lstm",
  doc: "characters: two LSTM layers of 128, windows of 50",
  data: "war-and-peace",
  units: 128,
  steps: 50,
  embeds: false,
  bound: null,
});

/** All of them; those of Penn Treebank as Zaremba et al. 2014 have them: 4.65, 19.8 and 66.0 million weights at 10,000 words. */
export const languageModels: readonly AdaptiveNetwork[] = [
  charLstm,
  ptb("small", 200, 20, 0.1),
  ptb("medium", 650, 35, 0.05),
  ptb("large", 1500, 35, 0.04),
];
