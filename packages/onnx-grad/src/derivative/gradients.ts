import { rangeError } from "../graph/errors.ts";
import { requireFloat } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { sameShape, type Value } from "../graph/value.ts";
import { add, mul } from "../ops/elementwise.ts";
import { broadcastTo } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { reduceSum } from "../ops/reductions.ts";
import { rebuild } from "../rewrite/rebuild.ts";
import { stableForm } from "../rewrite/stableForms.ts";
import { pullBack } from "./pullBack.ts";

/**
 * The gradient of a scalar in each value of `wrt`, as values of the same graph language.
 *
 * Reverse accumulation; the result can be differentiated again to any order. A value that the loss does not depend on
 * has gradient zero; inputs of one name are one value. Cost: about two to three evaluations of the loss, for all of `wrt`
 * together. Compositions such as log σ(x) and log softmax(x) are differentiated in their stable forms.
 *
 * @throws RangeError if `loss` is not a scalar or an input name has two shapes; TypeError for integers
 */
export function gradients(loss: Value, wrt: readonly Value[]): Value[] {
  requireFloat("gradients", undefined, [loss, ...wrt]);
  if (loss.shape.length !== 0) throw shapeError("gradients", undefined, "the loss must be a scalar", [loss.shape]);
  const [stable, ...variables] = inStableForms([loss, ...wrt]);
  return gradientsAsWritten(stable!, variables);
}

/** Loss and variables with compositions in forms that can be differentiated, but for those that span a variable. */
function inStableForms([loss, ...wrt]: readonly Value[]): Value[] {
  const variables = new Set(wrt);
  return rebuild([loss!, ...wrt], (value, { inputs }) => {
    const inner = inputs.flatMap((input) => [
      input,
      ...input.inputs.filter(({ op }) => op === "exp" || op === "softmax"),
    ]);
    return inner.some((input) => variables.has(input)) ? undefined : stableForm(value);
  });
}

function gradientsAsWritten(loss: Value, wrt: readonly Value[]): Value[] {
  const adjoints = pullBack([[loss, constant(1)]], wrt);
  return wrt.map((value, i) => adjoints[i] ?? broadcastTo(constant(0), value.shape));
}

/**
 * The exact Hessian-vector product H v of a scalar: the gradient of ⟨∇loss, v⟩.
 *
 * `v` has one value per value of `wrt`, of equal shape. Cost: about two gradients.
 *
 * @see Pearlmutter 1994, "Fast exact multiplication by the Hessian"
 */
export function hvp(loss: Value, wrt: readonly Value[], v: readonly Value[]): Value[] {
  if (wrt.length !== v.length)
    throw rangeError("hvp", "v", `must have one value per parameter (${wrt.length})`, v.length);
  const products = gradients(loss, wrt).map((gradient, i) => {
    const direction = v[i]!;
    if (!sameShape(gradient.shape, direction.shape)) {
      throw shapeError("hvp", undefined, "v must have the shapes of the parameters", [gradient.shape, direction.shape]);
    }
    return reduceSum(mul(gradient, direction));
  });
  return gradients(
    products.reduce((sum, product) => add(sum, product), constant(0)),
    wrt,
  );
}
