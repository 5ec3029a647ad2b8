/** Whether places elsewhere in the neighbourhood are better than where an estimate comes from. */
import { dot } from "../curvature/hessianOperator.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { lbfgs } from "../saddles/lbfgs.ts";
import type { LossAt, Neighbourhood } from "./localEntropyEstimate.ts";

/** Descents and steps of each: enough to fall into another well, not to find every one. */
const [numStarts, maxSteps] = [12, 40] as const;
/** Deviations of the starts in units of the radius. */
const deviations = [0, 1, 3] as const;
/** Nats by which a place must be better to speak against an estimate. */
const margin = 2;

/**
 * Descends on U(z) = βf(x + σz) + ‖z‖²/2 from a point of the estimate and from starts elsewhere: at x, and at draws of one and of
 * three deviations. A start that ends lower by more than two nats has found a place that the estimate does not know. That none
 * does proves nothing.
 *
 * Cost: up to 13 descents of 40 steps, each about one gradient. Randomness: a function of the seed.
 * @param from - z of the estimate, shape (n,)
 */
export async function startsElsewhere(
  lossAt: LossAt,
  { params, inverseTemperature: beta, radius }: Neighbourhood,
  from: Float64Array,
  seed: number,
): Promise<{ readonly reason: string | null; readonly numEvaluations: number }> {
  const n = params.length;
  const energyAt = async (z: Float64Array) => {
    const { energy, gradient } = await lossAt(z.map((value, i) => params[i] + radius * value));
    return {
      energy: beta * energy + 0.5 * dot(z, z),
      gradient: z.map((value, i) => beta * radius * gradient[i] + value),
    };
  };
  const descend = (start: Float64Array) => lbfgs(energyAt, { start, tolerance: 1e-3, maxSteps });
  const own = await descend(from);
  let numEvaluations = own.numGradients;
  let lowest = own.energy;
  const key = randomKey(seed, "local-entropy", "descents");
  for (let k = 0; k < numStarts; k++) {
    const start = new Float64Array(n);
    normalInto(start, { key, stream: 0, step: k });
    for (let i = 0; i < n; i++) start[i] *= deviations[k % deviations.length];
    const { energy, numGradients } = await descend(start);
    numEvaluations += numGradients;
    if (energy < lowest) lowest = energy;
  }
  const gain = own.energy - lowest;
  const reason = gain > margin ? `a start elsewhere finds a place that is better by ${gain.toPrecision(2)} nats` : null;
  return { reason, numEvaluations };
}
