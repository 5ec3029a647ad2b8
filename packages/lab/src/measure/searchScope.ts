/**
 * The scope range test: training while the scope sweeps a range, again and again, to see where it begins to act.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), section 4.3: ‖γ(x − μ)‖ is to be compared with ‖∇f‖; Pittorino et al. 2021
 *   (arXiv:2006.07897): the scope that starts focusing is the loss over half the squared distance of inner and outer weights
 */
import type { MeasuredSchedule, OuterMeasurement } from "entropy-sgd";
import { InputError, train } from "entropy-sgd-training";
import { compileRun } from "../runner/compileRun.ts";
import type { RunParts } from "../runner/loadParts.ts";
import { makeOptimizer } from "../runner/makeOptimizer.ts";
import { resolveRun } from "../runner/resolveRun.ts";
import type { Settings } from "../settings/settings.ts";
import { requireRange } from "./requireRange.ts";

/** How the scope is searched. */
export interface ScopeSearch {
  /** The first and the last scope of a sweep, which does not fall. */
  readonly from: number;
  readonly to: number;
  /** Scopes of a sweep, at equal factors, one for each outer step. */
  readonly numScopes: number;
  readonly numSweeps: number;
  /** Outer steps in all: what is left of the sweeps is trained in equal parts before each of them, at the first scope. */
  readonly outerSteps: number;
}

/** What one outer step with a scope measured. */
export interface ScopePoint {
  readonly scope: number;
  /** ‖γ(x − μ)‖ / ‖∇f‖. */
  readonly force: number;
  /** ‖x' − x‖ / ‖x‖. */
  readonly distance: number;
  /** The mean loss of the step's mini-batches over ½‖x' − x‖²: the scope whose force is as large as the loss at that distance. */
  readonly focusing: number;
}

/** A sweep through the scopes. */
export interface ScopeSweep {
  /** Effective epochs of training before it. */
  readonly effectiveEpochs: number;
  readonly points: readonly ScopePoint[];
}

/** The shares that a search looks for. */
export type ScopeShare = "force" | "distance";

/** Gradients that a search takes. */
export function scopeCost({ innerSteps }: Settings, { outerSteps }: ScopeSearch): number {
  return outerSteps * innerSteps;
}

/**
 * Trains with the weights, data order and dropout of the run of these settings, while the scope sweeps the range. Nothing is
 * evaluated or kept.
 *
 * Cost: `scopeCost` gradients. A share at a scope is that of one outer step and its last mini-batch gradient: sweeps differ.
 *
 * @param onSweep - called after each sweep
 * @returns the sweeps that are complete; fewer than asked for where the signal ended them or numbers were not finite
 * @throws InputError as `resolveRun`, for a range that falls, and for an optimizer without a scope
 */
export async function searchScope(
  given: Settings,
  parts: RunParts,
  search: ScopeSearch,
  signal: AbortSignal,
  onSweep: () => void = () => {},
): Promise<readonly ScopeSweep[]> {
  requireRange(search);
  const cost = scopeCost(given, search);
  const budget = cost / Math.floor(parts.data.train.numExamples / given.batchSize);
  // Without drops: nothing but the scope changes.
  const run = resolveRun({ ...given, budget, drops: [] }, parts);
  const { settings, data, plan } = run;
  if (!Object.hasOwn(settings.options, "scope"))
    throw new InputError({ name: "optimizer", rule: "must have a scope", value: settings.optimizer });
  if (Object.hasOwn(settings.options, "replicas"))
    throw new InputError({ name: "optimizer", rule: "must be of one replica", value: settings.optimizer });
  const { seed, sampling, device, threads } = settings;
  const model = await compileRun(run, { device, threads: threads ?? undefined });
  try {
    const { schedule, measured } = sweepingScope(search);
    // The preset pytorch keeps the first scope otherwise.
    const swept = { ...settings, options: { ...settings.options, scoping: true } };
    const optimizer = makeOptimizer(swept, plan, model.layout, 1, { scope: schedule });
    const sweeps: ScopeSweep[] = [];
    let points: ScopePoint[] = [];
    // The one boundary is the end, so that nothing is evaluated before it.
    let losses = 0;
    for await (const event of train(model, data, optimizer, { budget, seed, sampling, boundaryEvery: cost, signal })) {
      if (event.type !== "gradient") continue;
      if (signal.aborted || !Number.isFinite(event.batchLoss)) break;
      losses += event.batchLoss;
      if (event.innerStep < optimizer.innerSteps) continue;
      const loss = losses / optimizer.innerSteps;
      losses = 0;
      const step = measured();
      if (step.isInSweep) points.push(pointOf(step, loss));
      if (points.length === search.numScopes) {
        const gradients = event.gradients - search.numScopes * optimizer.innerSteps;
        sweeps.push({ effectiveEpochs: (gradients * budget) / cost, points });
        points = [];
        onSweep();
      }
      if (event.gradients === cost) break;
    }
    return sweeps;
  } finally {
    await model.close();
  }
}

/** An outer step with its scope. */
interface MeasuredStep extends OuterMeasurement {
  readonly scope: number;
  readonly isInSweep: boolean;
}

function pointOf(step: MeasuredStep, loss: number): ScopePoint {
  const { scope, distance, weightNorm, localEntropyGradientNorm, gradientNorm } = step;
  return {
    scope,
    force: localEntropyGradientNorm / gradientNorm,
    distance: distance / weightNorm,
    focusing: loss / (0.5 * distance ** 2),
  };
}

/** A scope that sweeps the range at the end of every part of the outer steps, and what its last outer step measured. */
function sweepingScope({ from, to, numScopes, numSweeps, outerSteps }: ScopeSearch) {
  const part = Math.floor(outerSteps / numSweeps);
  const placeOf = (t: number): number => (t % part) - (part - numScopes);
  const isSwept = (t: number): boolean => t < numSweeps * part && placeOf(t) >= 0;
  const scopeAt = (t: number): number =>
    isSwept(t) ? from * (to / from) ** (placeOf(t) / Math.max(1, numScopes - 1)) : from;
  let done = 0;
  let last: MeasuredStep | null = null;
  const schedule: MeasuredSchedule = {
    name: "sweep",
    options: { from, to, numScopes, numSweeps, outerSteps },
    initial: scopeAt(0),
    next(scope, measurement) {
      last = { ...measurement, scope, isInSweep: isSwept(done) };
      done += 1;
      return scopeAt(done);
    },
  };
  return { schedule, measured: () => last! };
}
