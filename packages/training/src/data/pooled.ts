import { InputError } from "../inputError.ts";
import type { DataTaker } from "./requireFit.ts";
import type { AnySplit, DataSet, Examples, Split } from "./split.ts";

/** What a network takes and gives. */
type Taker = Pick<DataTaker, "inputShape" | "outputShape">;

/** The examples of a data set with classes. */
type Classified = Pick<Split, "inputShape" | "numClasses">;

const full = [1, 28, 28];
const small = [1, 7, 7];

const havePooled = (network: Pick<Taker, "inputShape">, data: Pick<Split, "inputShape">): boolean =>
  String(network.inputShape) === String(small) && String(data.inputShape) === String(full);

/** Whether a network takes examples of a data set, as they are or pooled to 7×7. */
export function fits(network: Taker, data: Classified): boolean {
  const isShape = String(network.inputShape) === String(data.inputShape) || havePooled(network, data);
  return isShape && String(network.outputShape) === String([data.numClasses]);
}

/** The data set as a network takes it: 28×28 images pooled where it takes 7×7, and as it is otherwise. */
export function fitted<S extends AnySplit>(network: Pick<Taker, "inputShape">, data: DataSet<S>): DataSet<S> {
  return havePooled(network, data.train) ? pooled(data) : data;
}

/** Examples as a network takes them, as `fitted`. */
export function fittedExamples<E extends Examples>(network: Pick<Taker, "inputShape">, examples: E): E {
  return havePooled(network, examples) ? pooledExamples(examples) : examples;
}

/**
 * The data set with its 28×28 images mean-pooled to 7×7: each number is the mean of 16 normalised pixels.
 *
 * @throws InputError for other images
 */
export function pooled<S extends AnySplit>(data: DataSet<S>): DataSet<S> {
  return {
    ...data,
    train: pooledExamples(data.train),
    validation: pooledExamples(data.validation),
    test: pooledExamples(data.test),
  };
}

function pooledExamples<S extends Examples>(split: S): S {
  if (String(split.inputShape) !== String(full)) {
    throw new InputError({ path: "pooled", rule: "images must be [1, 28, 28]", value: split.inputShape });
  }
  const image = new Float32Array(28 * 28);
  return {
    ...split,
    inputShape: small,
    readExampleInto(out, offset, index) {
      split.readExampleInto(image, 0, index);
      for (let i = 0; i < 49; i++) {
        const corner = 28 * 4 * Math.floor(i / 7) + 4 * (i % 7);
        let sum = 0;
        for (let row = 0; row < 4; row++)
          for (let column = 0; column < 4; column++) sum += image[corner + 28 * row + column]!;
        out[offset + i] = sum / 16;
      }
    },
  };
}
