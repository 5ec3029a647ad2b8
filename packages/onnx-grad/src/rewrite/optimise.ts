/** Rewriting graphs into smaller ones that compute the same. */
import { withBodies } from "../graph/topological.ts";
import type { Value } from "../graph/value.ts";
import { collectTerms } from "./collectTerms.ts";
import { shareEqual } from "./shareEqual.ts";
import { simplify } from "./simplify.ts";

/** Rounds after which rewriting stops even where it would go on; graphs of the paper's networks need three. */
const maxRounds = 8;

/**
 * The same outputs by fewer and cheaper nodes: equal subexpressions are shared, constants folded, neutral operations
 * dropped, reductions moved before broadcasts and pooling, sums regrouped so that small operands meet first.
 *
 * Shapes and dtypes stay; values stay up to rounding (sums are taken in another order). Dead nodes vanish because a graph
 * is what its outputs reach. Deterministic: the same graph gives the same graph. Cost: linear in nodes per round.
 */
export function optimise(outputs: readonly Value[]): Value[] {
  let current = settle(outputs);
  current = settle(collectTerms(current));
  return current;
}

/** Simplifies and shares until nothing changes. */
function settle(outputs: readonly Value[]): Value[] {
  let current = [...outputs];
  for (let round = 0; round < maxRounds; round++) {
    const next = shareEqual(simplify(current));
    const settled = withBodies(next).length === withBodies(current).length && round > 0;
    current = next;
    if (settled) break;
  }
  return current;
}
