import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { mul, where } from "./elementwise.ts";
import { constant } from "./leaves.ts";
import { matmul } from "./matmul.ts";
import { softmax } from "./softmax.ts";

/** Options of `attention`. */
export interface AttentionMaskOptions {
  /** Whether a query sees only keys at its own place and before; false by default. */
  readonly causal?: boolean;
  /** 1 where a query may see a key, 0 elsewhere: a value that broadcasts to [… × queries × keys]. */
  readonly mask?: Value;
}

const rules = { causal: optionRules.flag, mask: optionRules.record };

/** The score of a key that is not seen: its weight is 0, but for a query that sees none, which weighs all alike. */
const unseen = constant(-1e30);

/**
 * softmax(Q Kᵀ/√d) V: queries [… × t × d], keys [… × s × d], values [… × s × e] → [… × t × e].
 *
 * Cost: t·s·(d + e) multiply-adds per matrix. Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
 */
export function attention(queries: Value, keys: Value, values: Value, options: AttentionMaskOptions = {}): Value {
  requireOptions("attention", options, rules);
  requireFloat("attention", undefined, [queries, keys, values]);
  const shapes = [queries.shape, keys.shape, values.shape];
  if (shapes.some(({ length }) => length < 2))
    throw shapeError("attention", undefined, "inputs must be [… × places × features]", shapes);
  const [t, d] = queries.shape.slice(-2) as [number, number];
  const s = keys.shape.at(-2)!;
  const scores = matmul(mul(queries, constant(1 / Math.sqrt(d))), keys, { transposeB: true, label: "attention" });
  const masks = [options.causal ? causalMask(t, s) : undefined, options.mask];
  const seen = masks.reduce<Value>((all, mask) => (mask ? where(mask, all, unseen, "attention") : all), scores);
  return matmul(softmax(seen), values, { label: "attention" });
}

/** 1 at [i, j] for j ≤ i, else 0. */
function causalMask(t: number, s: number): Value {
  return constant(
    Array.from({ length: t * s }, (_, at) => (at % s <= Math.floor(at / s) ? 1 : 0)),
    [t, s],
  );
}
