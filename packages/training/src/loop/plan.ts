/** Arithmetic of budgets: everything is counted in gradient evaluations. */

/** How many gradients a run has and where its boundaries are. */
export interface Plan {
  /** Examples used for training, N. */
  readonly numExamples: number;
  readonly batchSize: number;
  /** floor(N / batch): the gradients of one effective epoch. */
  readonly gradientsPerEpoch: number;
  /** Gradients between two boundaries: outer events, evaluations and the end of the run are at multiples of it. */
  readonly boundaryEvery: number;
  /** Of the whole run, a multiple of `boundaryEvery`. */
  readonly totalGradients: number;
}

/**
 * The plan of a budget of effective epochs, rounded up to a boundary.
 *
 * @throws RangeError if batch or boundaries are no positive integers, the batch is larger than the data or the budget
 *   is not positive
 */
export function planOf(numExamples: number, batchSize: number, boundaryEvery: number, budget: number): Plan {
  for (const [name, value] of Object.entries({ batchSize, boundaryEvery })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer in [1, ∞), got ${String(value)}`);
    }
  }
  const gradientsPerEpoch = Math.floor(numExamples / batchSize);
  if (gradientsPerEpoch < 1) {
    throw new RangeError(`batchSize must be at most the number of training examples ${numExamples}, got ${batchSize}`);
  }
  if (!(budget > 0 && Number.isFinite(budget))) {
    throw new RangeError(`budget must be a positive number of effective epochs, got ${budget}`);
  }
  // A budget such as 0.1 · 20 epochs may exceed a whole number of steps by rounding alone.
  const numBoundaries = Math.max(1, Math.ceil((budget * gradientsPerEpoch) / boundaryEvery - 1e-9));
  return { numExamples, batchSize, gradientsPerEpoch, boundaryEvery, totalGradients: numBoundaries * boundaryEvery };
}

/** When evaluations are due. */
export interface EvaluationTimes {
  readonly gradientsPerEpoch: number;
  /** Effective epochs between two of them; 1 when absent. */
  readonly evaluateEvery?: number;
}

/** The gradient from which on the first evaluation after `gradients` is due: the end of a stretch of so many effective epochs. */
export function evaluationAfter(gradients: number, { gradientsPerEpoch, evaluateEvery = 1 }: EvaluationTimes): number {
  const every = evaluateEvery * gradientsPerEpoch;
  // A stretch such as 0.1 · 430 gradients may differ from a whole number by rounding alone.
  const due = Math.ceil(every * (Math.floor(gradients / every + 1e-9) + 1) - 1e-9);
  // What no run reaches is kept in checkpoints as an integer too.
  return due <= Number.MAX_SAFE_INTEGER ? due : Number.MAX_SAFE_INTEGER;
}

/**
 * Whether an evaluation is due at a gradient: it is at a boundary, and at or beyond the gradient from which on the next is due, or at
 * the end of the run.
 */
export function evaluationIsDue(
  { gradients, nextEvaluation }: { readonly gradients: number; readonly nextEvaluation: number },
  { boundaryEvery, totalGradients }: Pick<Plan, "boundaryEvery" | "totalGradients">,
): boolean {
  return gradients % boundaryEvery === 0 && (gradients >= nextEvaluation || gradients >= totalGradients);
}

/**
 * Options that depend on the budget and on rollbacks, not on the settings alone: a resumed run may have other ones. Equal
 * settings are checked by config.json.
 */
export const plannedOptions: readonly string[] = ["learningRate", "innerLearningRate", "scope", "averageFrom"];
