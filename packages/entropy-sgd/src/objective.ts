import { typeError } from "./errors.ts";
import type { Vector } from "./types.ts";

/**
 * A function f of all parameters, deterministic: what every instrument takes. Results may be computed elsewhere.
 *
 * Vectors have shape (n,). An implementation writes every element of `out`, which instruments give in float64, and keeps no
 * vector: an instrument may reuse them once the result is there. What an instrument spends is told in calls of these functions.
 */
export interface Objective {
  /** f(x). */
  valueAt(x: Vector): number | Promise<number>;
  /** f(x); writes ∇f(x) to `out`. */
  valueAndGradientAt?(x: Vector, out: Vector): number | Promise<number>;
  /** Writes the Hessian-vector product ∇²f(x)·v to `out`. */
  hessianProduct?(x: Vector, v: Vector, out: Vector): void | Promise<void>;
}

/** The functions of an objective that an instrument needs; the others may be absent. */
export type ObjectiveWith<Name extends keyof Objective> = Required<Pick<Objective, Name>>;

/** @throws TypeError unless the objective has the functions of these names */
export function requireObjective(where: string, objective: unknown, ...names: (keyof Objective)[]): void {
  const functions = Object(objective) as Readonly<Record<string, unknown>>;
  for (const name of names) {
    if (typeof functions[name] === "function") continue;
    throw typeError(where, `objective.${name}`, "must be a function", functions[name]);
  }
}

/**
 * The objective with the values that come with its gradients: all that an instrument sees is then of one arithmetic.
 *
 * @throws TypeError unless the objective has gradients
 */
export function valuedByGradients(
  where: string,
  objective: ObjectiveWith<"valueAndGradientAt">,
): ObjectiveWith<"valueAt" | "valueAndGradientAt"> {
  requireObjective(where, objective, "valueAndGradientAt");
  return {
    valueAt: async (x) => (await evaluated(where, objective, x)).value,
    valueAndGradientAt: (x, out) => objective.valueAndGradientAt(x, out),
  };
}

/** f and ∇f at a point; the gradient is the caller's own. */
export interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
}

/**
 * f and ∇f at a point; elements that the objective leaves unwritten are NaN.
 *
 * @throws TypeError unless the value is a number
 */
export async function evaluated(
  where: string,
  objective: ObjectiveWith<"valueAndGradientAt">,
  x: Vector,
): Promise<Evaluated> {
  const gradient = new Float64Array(x.length).fill(Number.NaN);
  const value: unknown = await objective.valueAndGradientAt(x, gradient);
  if (typeof value === "number") return { value, gradient };
  throw typeError(where, "objective.valueAndGradientAt", "must return a number", value);
}
