import { rangeError } from "../graph/errors.ts";
import { inputsByName } from "../graph/inputs.ts";
import { requireFloat } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { topological } from "../graph/topological.ts";
import { dispatch, sameShape, type Value } from "../graph/value.ts";
import { add, mul } from "../ops/elementwise.ts";
import { broadcastTo } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { reduceSum } from "../ops/reductions.ts";
import { rebuild } from "../rewrite/rebuild.ts";
import { stableForm } from "../rewrite/stableForms.ts";
import { plus } from "./maskedAdjoints.ts";
import { vectorJacobianProducts } from "./vectorJacobianProducts.ts";

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
  const inputs = inputsByName("gradients", [loss, ...wrt]);
  const one = (value: Value): Value => (value.op === "input" ? inputs.get(value.attributes.name)! : value);
  const order = topological([loss]);
  const needed = dependentOn(order, wrt.map(one), one);
  const adjoints = new Map<Value, Value>([[one(loss), constant(1)]]);
  for (const value of order.reverse()) {
    const adjoint = adjoints.get(value);
    if (adjoint === undefined || !needed.has(value)) continue;
    const wanted = value.inputs.map((input) => needed.has(one(input)));
    const products = dispatch(vectorJacobianProducts, value, adjoint, wanted);
    value.inputs.forEach((input, i) => {
      const product = products[i];
      if (!wanted[i] || product === undefined) return;
      const sum = adjoints.get(one(input));
      adjoints.set(one(input), sum === undefined ? product : plus(sum, product));
    });
  }
  return wrt.map((value) => adjoints.get(one(value)) ?? broadcastTo(constant(0), value.shape));
}

/** The values of `order` on a differentiable path from some value of `wrt`; only these need adjoints. */
function dependentOn(order: readonly Value[], wrt: readonly Value[], one: (value: Value) => Value): ReadonlySet<Value> {
  const dependent = new Set<Value>(wrt);
  for (const value of order) {
    if (value.op !== "stopGradient" && value.inputs.some((input) => dependent.has(one(input)))) dependent.add(value);
  }
  return dependent;
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
