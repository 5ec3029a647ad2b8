/**
 * Sums over the steps of a loop, formed where they cost least: of products as one product over all steps.
 *
 *   Σ Aₜᵀ Bₜ = [A₁; A₂; …]ᵀ [B₁; B₂; …]        Σ (aₜ + bₜ) = Σ aₜ + Σ bₜ        Σ aₜᵀ = (Σ aₜ)ᵀ
 */
import { type Node, sameShape, type Value } from "../graph/value.ts";
import { add, mul } from "../ops/elementwise.ts";
import { broadcastTo, reshape, transpose } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { reduceSum } from "../ops/reductions.ts";
import type { StackedValues } from "./runLoop.ts";

/** Σ of `value` over the steps. */
export function summedOverSteps(value: Value, of: StackedValues): Value {
  if (of.isInvariant(value)) return mul(value, constant(of.loop.steps));
  const sum = (x: Value): Value => summedOverSteps(x, of);
  if (value.op === "add") return value.inputs.map((x) => sum(broadcastTo(x, value.shape))).reduce((a, b) => add(a, b));
  if (value.op === "reshape") return reshape(sum(value.inputs[0]!), value.shape);
  if (value.op === "transpose") return transpose(sum(value.inputs[0]!), value.attributes.permutation);
  if (value.op === "broadcastTo" && !sameShape(value.inputs[0]!.shape, value.shape))
    return broadcastTo(sum(value.inputs[0]!), value.shape);
  if (value.op === "matmul" && value.shape.length === 2) return productOverSteps(value, of);
  return reduceSum(of.stacked(value), { axes: [0] });
}

/** Σ Aₜ Bₜ of matrices: the steps join the axis over which the product sums. */
function productOverSteps(value: Node<"matmul">, of: StackedValues): Value {
  const [a, b] = value.inputs as [Value, Value];
  const { transposeA, transposeB } = value.attributes;
  if (of.isInvariant(a)) return matmul(a, summedOverSteps(b, of), value.attributes);
  if (of.isInvariant(b)) return matmul(summedOverSteps(a, of), b, value.attributes);
  /** [steps·k × n], of matrices that have the inner axis first or last. */
  const rows = (x: Value, innerFirst: boolean): Value => {
    const stacked = of.stacked(x);
    const matrices = innerFirst ? stacked : transpose(stacked, [0, 2, 1]);
    return reshape(matrices, [-1, matrices.shape[2]!]);
  };
  return matmul(rows(a, transposeA), rows(b, !transposeB), { transposeA: true });
}
