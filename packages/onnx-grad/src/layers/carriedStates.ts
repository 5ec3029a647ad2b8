import { detailed, rangeError } from "../graph/errors.ts";
import { requireFloat } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type Shape, sameShape, type Value } from "../graph/value.ts";
import { input } from "../ops/leaves.ts";

/** State that a recurrent layer carries from one window of a sequence to the next. */
export interface CarriedState {
  /** Such as `lstm1.h`. */
  readonly name: string;
  /** The graph input `name`: the state before the window, shape (batch, ...). Zeros at the start of a sequence. */
  readonly initial: Value;
  /** The state after the window, of the same shape. */
  readonly final: Value;
}

/** Collects the states that layers carry while a network is built. */
export interface CarriedStates {
  /** The graph input of the state before the window. */
  initial(name: string, shape: Shape): Value;
  /** What the state becomes. @throws Error for a name that was not declared or has its value; RangeError for another shape */
  carry(name: string, final: Value): void;
  /** All of them in the order of declaration. @throws RangeError if one has no value after the window */
  all(): readonly CarriedState[];
}

/** @param claim - refuses a name that another input has */
export function carriedStates(claim: (name: string) => string): CarriedStates {
  const initials = new Map<string, Value>();
  const finals = new Map<string, Value>();
  return {
    initial(name, shape) {
      const value = input(claim(name), shape);
      initials.set(name, value);
      return value;
    },
    carry(name, final) {
      const initial = initials.get(name);
      if (initial === undefined || finals.has(name)) {
        const rule = initial === undefined ? "needs context.carriedState(name, shape) before" : "is carried twice";
        const details = { code: "out-of-range", path: "buildNetwork", name, rule } as const;
        throw detailed(new Error(`buildNetwork: the state "${name}" ${rule}`), details);
      }
      requireFloat("buildNetwork", name, [final]);
      if (!sameShape(final.shape, initial.shape)) {
        throw shapeError("buildNetwork", name, "a state must have one shape before and after the window", [
          initial.shape,
          final.shape,
        ]);
      }
      finals.set(name, final);
    },
    all: () =>
      [...initials].map(([name, initial]) => {
        const final = finals.get(name);
        if (final !== undefined) return { name, initial, final };
        throw rangeError(
          "buildNetwork",
          `the state "${name}"`,
          "has no value after the window; give it by context.carry",
        );
      }),
  };
}
