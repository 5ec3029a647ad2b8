import { type OptionRule, optionRules, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { add } from "../ops/elementwise.ts";
import { reshape } from "../ops/layout.ts";
import { matmul } from "../ops/matmul.ts";
import { type Initialiser, torchDefault } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Options shared by layers with weights; PyTorch's default initialisation when absent. */
export interface WeightOptions {
  readonly bias?: boolean;
  readonly initialiser?: Initialiser;
}

/** The rules of `WeightOptions`. */
export const weightRules: Readonly<Record<"bias" | "initialiser", OptionRule>> = {
  bias: optionRules.flag,
  initialiser: optionRules.callable,
};

/** y = x W + b: [… × in] → [… × units]; parameters `name.weight` [in×units], `name.bias` [units]. */
export function dense(
  context: NetworkContext,
  name: string,
  x: Value,
  units: number,
  options: WeightOptions = {},
): Value {
  requireOptions("dense", options, weightRules);
  if (x.shape.length < 2) throw shapeError("dense", name, "the input must be [batch × … × features]", [x.shape]);
  const fanIn = x.shape.at(-1)!;
  if (x.shape.length > 2) {
    // One matrix product with the bias in it, whatever the axes.
    const rows = dense(context, name, reshape(x, [-1, fanIn]), units, options);
    return reshape(rows, [...x.shape.slice(0, -1), units]);
  }
  const initialiser = options.initialiser ?? torchDefault(fanIn);
  const weight = context.parameter(`${name}.weight`, [fanIn, units], initialiser, "weight");
  const product = matmul(x, weight, { label: name });
  if (options.bias === false) return product;
  return add(product, context.parameter(`${name}.bias`, [units], torchDefault(fanIn), "bias"), name);
}
