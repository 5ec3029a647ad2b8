/**
 * Local entropy by thermodynamic integration over a coupling λ.
 *
 *   F̃ = −∫₀¹ E_{P_λ} f dλ,   P_λ ∝ N(x, σ²I)·exp(−λβf)
 *
 * @see Kirkwood 1935, "Statistical mechanics of fluid mixtures"; Gelman, Meng 1998, "Simulating normalizing constants"
 */
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { chainMean, splitRHat } from "../sampling/diagnostics.ts";
import { langevin } from "../sampling/langevin.ts";
import {
  checkNeighbourhood,
  type LocalEntropyEstimate,
  type LossAt,
  type Neighbourhood,
} from "./localEntropyEstimate.ts";

/** Numbers of the integration. */
export interface CouplingOptions extends Neighbourhood {
  /** Intervals of the ladder 0 = λ₀ < … < λ_K = 1; even, so that every second rung is a ladder too. Default 16. */
  readonly numRungs?: number;
  /** Chains per rung, at least 2 for split-R̂. Default 2. */
  readonly numChains?: number;
  /** Langevin steps kept per rung and chain. */
  readonly numSamples: number;
  /** Steps per rung before the first kept. */
  readonly burnIn: number;
  /** Step in units of σ²: h for z = (x' − x)/σ. Must be well below 2/(1 + βσ²λ_max). */
  readonly stepSize: number;
  readonly seed?: number;
}

const table: OptionTable<Omit<CouplingOptions, keyof Neighbourhood>> = {
  numRungs: integerOption("[2, ∞)", "Intervals of the ladder."),
  numChains: integerOption("[2, ∞)", "Chains per rung."),
  numSamples: integerOption("[8, ∞)", "Steps kept per rung and chain."),
  burnIn: integerOption("[0, ∞)", "Steps per rung before the first kept."),
  stepSize: numberOption("(0, 2)", "Langevin step in units of σ²."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the noise."),
};

/** Above this the chains of a rung have not mixed. */
export const maxRHat = 1.05;
/** Rungs crowd at λ = 0, where E f falls fastest: λ_k = (k/K)⁴. */
const ladderPower = 4;

/** One rung of the ladder at one step size. */
export interface Rung {
  readonly lambda: number;
  /** E f under P_λ. */
  readonly meanLoss: number;
  readonly standardError: number;
  readonly rHat: number;
}

/** The estimate with the parts of its error. */
export interface CouplingEstimate extends LocalEntropyEstimate {
  readonly rungs: readonly Rung[];
  readonly monteCarloError: number;
  /** |all rungs − every second rung|. */
  readonly ladderError: number;
  /** |step h − step h/2|. */
  readonly stepError: number;
  readonly worstRHat: number;
}

/**
 * F̃ from unadjusted Langevin chains on a ladder of couplings, at the step h/2; h itself tells the error of the step.
 *
 * Works at network size and large β. The standard error adds Monte Carlo, ladder and step errors in squares. Invalid if a
 * rung's split-R̂ exceeds 1.05 or a chain leaves the finite numbers. Cost: 3·numRungs·numChains·(burnIn + numSamples)
 * gradients, about (the run at h/2 takes twice the steps). Randomness: a function of the seed.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function couplingEntropy(lossAt: LossAt, options: CouplingOptions): Promise<CouplingEstimate> {
  checkNeighbourhood("couplingEntropy", options);
  const { params: _, inverseTemperature: __, radius: ___, ...numbers } = options;
  const checked = {
    ...options,
    ...checkedOptions("couplingEntropy", table, { numRungs: 16, numChains: 2, seed: 0 }, numbers),
  };
  if (checked.numRungs % 2 !== 0) {
    throw new RangeError(`couplingEntropy: numRungs must be even, got ${checked.numRungs}`);
  }
  const coarse = await ladder(lossAt, checked, checked.stepSize, 1);
  const fine = await ladder(lossAt, checked, checked.stepSize / 2, 2);
  const estimate = -trapezoid(fine.rungs);
  const monteCarloError = Math.sqrt(
    fine.rungs.reduce((sum, rung, k) => sum + (weightOf(fine.rungs, k) * rung.standardError) ** 2, 0),
  );
  const ladderError = Math.abs(trapezoid(fine.rungs) - trapezoid(fine.rungs.filter((_, k) => k % 2 === 0)));
  const stepError = Math.abs(trapezoid(fine.rungs) - trapezoid(coarse.rungs));
  const worstRHat = Math.max(...fine.rungs.map(({ rHat }) => rHat));
  const finite = fine.finite && coarse.finite && Number.isFinite(estimate);
  const valid = finite && worstRHat <= maxRHat;
  return {
    estimate,
    standardError: Math.hypot(monteCarloError, ladderError, stepError),
    kind: "estimate",
    valid,
    reason: valid
      ? null
      : finite
        ? `split-R̂ is ${worstRHat.toFixed(3)}, it must be at most ${maxRHat}: the chains have not mixed`
        : "a chain left the finite numbers: the step is too large",
    numEvaluations: coarse.numEvaluations + fine.numEvaluations,
    rungs: fine.rungs,
    monteCarloError,
    ladderError,
    stepError,
    worstRHat,
  };
}

type Checked = Required<CouplingOptions>;

/** All rungs at one step size; each chain goes on from its last point at the rung below. */
async function ladder(lossAt: LossAt, options: Checked, stepSize: number, thin: number) {
  const { params, inverseTemperature: beta, radius, numRungs, numChains, numSamples, burnIn, seed } = options;
  const n = params.length;
  const key = randomKey(seed, "local-entropy", "start", thin);
  const points = Array.from({ length: numChains }, (_, chain) => {
    const z = new Float64Array(n);
    normalInto(z, { key, stream: chain, step: 0 });
    return z;
  });
  const x = new Float64Array(n);
  const rungs: Rung[] = [];
  let numEvaluations = 0;
  let finite = true;
  for (let k = 0; k <= numRungs && finite; k++) {
    const lambda = (k / numRungs) ** ladderPower;
    const losses: number[][] = [];
    for (let chain = 0; chain < numChains; chain++) {
      const values: number[] = [];
      // U(z) = ½‖z‖² + λβf(x + σz), at temperature 1.
      let loss = 0;
      const energyAt = async (z: Float64Array) => {
        for (let i = 0; i < n; i++) x[i] = params[i] + radius * z[i];
        const { energy, gradient } = await lossAt(x);
        loss = energy;
        let square = 0;
        for (let i = 0; i < n; i++) square += z[i] * z[i];
        return {
          energy: square / 2 + lambda * beta * energy,
          gradient: z.map((zi, i) => zi + lambda * beta * radius * gradient[i]),
        };
      };
      const chainOptions = {
        stepSize,
        numSamples,
        burnIn: burnIn * thin,
        thin,
        seed: 2 * seed + thin,
        chain: k * numChains + chain,
      };
      const result = await langevin(energyAt, points[chain], chainOptions, ({ point }) => {
        values.push(loss);
        points[chain].set(point);
      });
      finite &&= result.finite && values.every(Number.isFinite);
      numEvaluations += result.numGradients;
      losses.push(values);
    }
    if (!finite) break;
    const means = losses.map((values) => chainMean(values));
    rungs.push({
      lambda,
      meanLoss: means.reduce((sum, { mean }) => sum + mean, 0) / numChains,
      standardError: Math.sqrt(means.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / numChains,
      rHat: splitRHat(losses),
    });
  }
  return { rungs, numEvaluations, finite };
}

/** ∫ E f dλ by the trapezoidal rule. */
function trapezoid(rungs: readonly Rung[]): number {
  return rungs.reduce((sum, rung, k) => sum + weightOf(rungs, k) * rung.meanLoss, 0);
}

function weightOf(rungs: readonly Rung[], k: number): number {
  const below = k > 0 ? rungs[k].lambda - rungs[k - 1].lambda : 0;
  const above = k + 1 < rungs.length ? rungs[k + 1].lambda - rungs[k].lambda : 0;
  return (below + above) / 2;
}
