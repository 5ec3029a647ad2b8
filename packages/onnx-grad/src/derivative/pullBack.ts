/** Reverse accumulation: adjoints carried from results back to what they depend on. */
import { loopsOf } from "../graph/bodies.ts";
import { inputsByName } from "../graph/inputs.ts";
import { topological } from "../graph/topological.ts";
import { dispatch, type Value } from "../graph/value.ts";
import { plus } from "./maskedAdjoints.ts";
import { type PullBack, scanProducts } from "./scanProducts.ts";
import { vectorJacobianProducts } from "./vectorJacobianProducts.ts";

/**
 * The adjoints of `wrt`, given those of values that depend on them, `seeds`; undefined where there is no path.
 *
 * Inputs of one name are one value. The values of a loop are differentiated together, in one loop back.
 */
export const pullBack: PullBack = (seeds, wrt) => {
  const roots = seeds.map(([value]) => value);
  const inputs = inputsByName("gradients", [...roots, ...wrt]);
  const one = (value: Value): Value => (value.op === "input" ? inputs.get(value.attributes.name)! : value);
  const order = topological(roots);
  const loops = loopsOf(order);
  const needed = dependentOn(order, wrt.map(one), one);
  const adjoints = new Map<Value, Value>();
  const accumulate = (value: Value, adjoint: Value): void => {
    const sum = adjoints.get(one(value));
    adjoints.set(one(value), sum === undefined ? adjoint : plus(sum, adjoint));
  };
  for (const [value, adjoint] of seeds) accumulate(value, adjoint);
  for (const value of order.reverse()) {
    // Of a loop the first value is the last to come, and all users of the others have been before it.
    const members = loops.get(value) ?? [];
    const [first = value] = members;
    if (first !== value || !needed.has(value)) continue;
    const wanted = value.inputs.map((input) => needed.has(one(input)));
    const own = members.map((member) => adjoints.get(member));
    const adjoint = adjoints.get(value) ?? own.find((each) => each !== undefined);
    if (adjoint === undefined) continue;
    const products =
      members.length > 0
        ? scanProducts(members, own, wanted, pullBack)
        : dispatch(vectorJacobianProducts, value, adjoint, wanted);
    value.inputs.forEach((input, i) => {
      const product = products[i];
      if (wanted[i] && product !== undefined) accumulate(input, product);
    });
  }
  return wrt.map((value) => adjoints.get(one(value)));
};

/** The values of `order` on a differentiable path from some value of `wrt`; only these need adjoints. */
function dependentOn(order: readonly Value[], wrt: readonly Value[], one: (value: Value) => Value): ReadonlySet<Value> {
  const dependent = new Set<Value>(wrt);
  for (const value of order) {
    if (value.op !== "stopGradient" && value.inputs.some((input) => dependent.has(one(input)))) dependent.add(value);
  }
  return dependent;
}
