/** How fast a run goes: gradients per second, the loss, and how long evaluations take. */
import {
  type EvaluationEvent,
  evaluationAfter,
  evaluationIsDue,
  type GradientEvent,
  type StartEvent,
} from "entropy-sgd-training";

/** Where a run is, besides its last gradient. */
export interface Pace {
  /** Gradients per second, smoothed. */
  readonly rate: number;
  readonly loss: number;
  /** Seconds of an evaluation, smoothed; null before the first. */
  readonly evaluationSeconds: number | null;
  /** Whether an evaluation is at work now. */
  readonly evaluating: boolean;
}

/** Follows the events of one run after another. */
export interface PaceMeter {
  /** The pace after the last event. */
  pace(): Pace;
  start(event: StartEvent): void;
  gradient(event: GradientEvent): void;
  evaluation(event: EvaluationEvent): void;
}

/** A meter that reads the time from `now`, in milliseconds. */
export function paceMeter(now: () => number): PaceMeter {
  let run: StartEvent | null = null;
  let isFirst = true;
  let [rate, loss] = [0, 0];
  let evaluationSeconds: number | null = null;
  let evaluatingSince: number | null = null;
  let nextEvaluation = 0;
  const dueAfter = (gradients: number): number => evaluationAfter(gradients, run ?? { gradientsPerEpoch: 1 });
  return {
    pace: () => ({ rate, loss, evaluationSeconds, evaluating: evaluatingSince !== null }),
    start(event) {
      run = event;
      isFirst = true;
    },
    gradient({ secondsPerGradient, batchLoss, gradients }) {
      // A resumed run may be anywhere.
      if (isFirst) nextEvaluation = dueAfter(gradients - 1);
      // Averages over about 20 gradients: steady to the eye, and soon right after a change.
      rate = isFirst ? 1 / secondsPerGradient : 0.95 * rate + 0.05 / secondsPerGradient;
      loss = isFirst ? batchLoss : 0.95 * loss + 0.05 * batchLoss;
      isFirst = false;
      const { innerSteps: boundaryEvery = 1, totalGradients = Number.POSITIVE_INFINITY } = run ?? {};
      const isDue = evaluationIsDue({ gradients, nextEvaluation }, { boundaryEvery, totalGradients });
      evaluatingSince = isDue ? now() : null;
    },
    evaluation({ gradients }) {
      nextEvaluation = dueAfter(gradients);
      if (evaluatingSince !== null) evaluationSeconds = (now() - evaluatingSince) / 1000;
    },
  };
}
