import { detailsOf } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";

/** What `make` gives; an error of a library about options that the user gave is one of input. @throws InputError */
export function asInput<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new InputError(detailsOf(error) ?? {}, error.message);
  }
}
