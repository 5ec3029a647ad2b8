/**
 * Sums regrouped so that small operands meet small operands before they are stretched over a large one.
 *
 *   F·s + G·t + F·u + v   →   G·t + (F·(s + u) + v)
 *
 * with F, G as large as the sum and s, t, u, v smaller (per channel, scalar). Batch norm's derivative is such a sum: eight
 * passes over the activations become three, and F·a + b has a fused operator.
 */
import { operandsOf } from "../graph/bodies.ts";
import { withBodies } from "../graph/topological.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import { add, broadcastShape, mul } from "../ops/elementwise.ts";
import { constant } from "../ops/leaves.ts";
import { rebuild } from "./rebuild.ts";

/** large · small; a purely small term has no large factor, a factor of one is absent. */
interface Term {
  readonly large?: Value;
  readonly small?: Value;
}

const one = constant(1);

/** Regroups every sum among the values that `outputs` depend on. Inner sums and products with other users stay whole. */
export function collectTerms(outputs: readonly Value[]): Value[] {
  const order = withBodies(outputs);
  const users = usersOf(order, outputs);
  return rebuild(outputs, (_, sum, rewritten) => {
    const partOfSum = users.get(sum)?.length === 1 && users.get(sum)![0]?.op === "add";
    return sum.op === "add" && !partOfSum ? regroup(sum, users, rewritten) : undefined;
  });
}

type Users = ReadonlyMap<Value, readonly (Value | undefined)[]>;

/** Who uses each value, once per use; an output has the user `undefined`. */
function usersOf(order: readonly Value[], outputs: readonly Value[]): Users {
  const users = new Map<Value, (Value | undefined)[]>(order.map((value) => [value, []]));
  for (const value of order) for (const operand of operandsOf(value)) users.get(operand)!.push(value);
  for (const output of outputs) users.get(output)!.push(undefined);
  return users;
}

function regroup(sum: Value, users: Users, rewritten: ReadonlyMap<Value, Value>): Value | undefined {
  const size = sizeOf(sum.shape);
  const leaves = flatten(sum, "add", users, sum);
  const terms = leaves.map((leaf) => termOf(leaf, size, users, rewritten));
  if (terms.some((term) => term === undefined)) return undefined;
  const groups = new Map<Value | undefined, Value[]>();
  for (const { large, small } of terms as Term[]) groups.set(large, [...(groups.get(large) ?? []), small ?? one]);
  const numSmall = groups.get(undefined)?.length ?? 0;
  const merges = groups.size < terms.length;
  if (!merges && (numSmall === 0 || terms.length < 3)) return undefined;

  const coefficients = [...groups].map(([large, smalls]) => ({ large, small: smalls.reduce((a, b) => add(a, b)) }));
  const addend = coefficients.find(({ large }) => large === undefined)?.small;
  // Plain terms first, scaled ones last, so that the small sum joins a scaled one: F·a + b.
  const products = coefficients
    .filter(({ large }) => large !== undefined)
    .sort((a, b) => Number(a.small !== one) - Number(b.small !== one))
    .map(({ large, small }) => (small === one ? large! : mul(large!, small)));
  const last = products.pop();
  if (last === undefined) return undefined;
  return products.reduceRight((total, product) => add(product, total), addend === undefined ? last : add(last, addend));
}

/** The operands of a nest of `op`, entering inner ones only where nobody else uses them. */
function flatten(value: Value, op: "add" | "mul", users: Users, top: Value): Value[] {
  const operands: Value[] = [];
  const stack = [value];
  while (stack.length > 0) {
    const next = stack.pop()!;
    const inner = next.op === op && (next === top || users.get(next)!.length === 1);
    if (inner) stack.push(...[...next.inputs].reverse());
    else operands.push(next);
  }
  return operands;
}

/** A term's factors sorted by size; undefined where its small factors together are not small. */
function termOf(leaf: Value, size: number, users: Users, rewritten: ReadonlyMap<Value, Value>): Term | undefined {
  const factors = flatten(leaf, "mul", users, leaf).map((factor) => rewritten.get(factor)!);
  const small = factors.filter((factor) => sizeOf(factor.shape) < size);
  const large = factors.filter((factor) => sizeOf(factor.shape) >= size);
  const shape = small.reduce<readonly number[] | undefined>(
    (common, factor) => (common === undefined ? undefined : broadcastShape(common, factor.shape)),
    [],
  );
  if (shape === undefined || sizeOf(shape) >= size) return undefined;
  return {
    ...(large.length === 0 ? {} : { large: large.reduce((a, b) => mul(a, b)) }),
    ...(small.length === 0 ? {} : { small: small.reduce((a, b) => mul(a, b)) }),
  };
}
