/** Where ladders start apart: the best place that descents from x and from around it find. */
import type { ObjectiveWith } from "../objective.ts";
import { normalInto } from "../random/fills.ts";
import type { RandomKey } from "../random/philox.ts";
import { lbfgs } from "../saddles/lbfgs.ts";
import type { Replica, ReplicaAt } from "./hamiltonianMove.ts";
import { widthOf } from "./localEntropyEstimate.ts";

/** Descents in few dimensions, where so many can find what lies some σ away, and steps of each. */
const [numDescents, maxSteps] = [100, 30] as const;

/** Evaluations in few dimensions, about. */
export const lowestPlaceEvaluations: number = numDescents * maxSteps;

/**
 * The lowest end of V(z) + ‖z‖²/2 over descents: from the center z = 0 and, in up to 16 dimensions, from draws of a Gaussian
 * one and two times `widthOf` wide.
 *
 * Cost: none in more dimensions, where it is the center; 100 descents of up to 30 steps else.
 */
export async function lowestPlace(center: Replica, replicaAt: ReplicaAt, key: RandomKey): Promise<Replica> {
  const n = center.z.length;
  const width = widthOf(n);
  if (width === 1) return center;
  const objective: ObjectiveWith<"valueAndGradientAt"> = {
    async valueAndGradientAt(z, out) {
      const { potential, gradient, distance } = await replicaAt(Float64Array.from(z));
      for (let i = 0; i < n; i++) out[i] = gradient[i] + z[i];
      return potential + distance;
    },
  };
  let best = { point: center.z, value: center.potential };
  for (let k = 0; k < numDescents; k++) {
    const start = new Float64Array(n);
    if (k > 0) normalInto(start, { key, stream: 0, step: k });
    for (let i = 0; i < n; i++) start[i] *= width * (1 + (k % 2));
    const end = await lbfgs(objective, { start, tolerance: 1e-3, maxSteps });
    if (end.value < best.value) best = end;
  }
  return replicaAt(best.point);
}
