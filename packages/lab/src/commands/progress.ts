/** The progress of a run: a live line on a terminal, plain lines elsewhere. */
import type { GradientEvent, StartEvent } from "entropy-sgd-training";
import type { ExtendEvent, RunEvent } from "../runs/runEvents.ts";
import { counted } from "../statistics/words.ts";
import { liveLine } from "./liveLine.ts";

/** Where progress is written. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Milliseconds between two drawings of the live line. */
const drawInterval = 100;

/** How progress is told. */
export interface ProgressOptions {
  /** How many runs there are, and how many of them are done already; a single run is not numbered. */
  readonly numRuns?: number;
  readonly numDone?: () => number;
  /** Whether the gradients of all runs were told before the first. */
  readonly isPlanTold?: boolean;
  /** Milliseconds; `performance.now` when absent. */
  readonly now?: () => number;
}

/** A listener of the events of one run after another. */
export function progressListener(
  stream: ProgressStream,
  { numRuns = 1, numDone = () => 0, isPlanTold = false, now = () => performance.now() }: ProgressOptions = {},
): (event: RunEvent) => void {
  const live = stream.isTTY === true;
  let start: StartEvent | undefined;
  let last: GradientEvent | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let rate = 0;
  let smoothedLoss = 0;
  let evaluationSeconds: number | null = null;
  let evaluatingSince: number | null = null;
  let nextEvaluation = 0;
  const clear = (): void => {
    if (live) stream.write("\r\x1b[2K");
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  const draw = (): void => {
    if (!live || start === undefined || last === undefined) return;
    drawn = now();
    clear();
    const pace = { rate, loss: smoothedLoss, evaluationSeconds, evaluating: evaluatingSince !== null };
    stream.write(liveLine(start, last, pace, stream.columns ?? 80));
  };
  const evaluationAfter = (gradients: number): number => {
    const perEpoch = start?.gradientsPerEpoch ?? 1;
    return perEpoch * (Math.floor(gradients / perEpoch) + 1);
  };
  return (event) => {
    switch (event.type) {
      case "start": {
        start = event;
        last = undefined;
        rate = 0;
        const number = numRuns > 1 ? `run ${numDone() + 1} of ${numRuns}: ` : "";
        line(`${number}${titleOf(event)}: ${event.numParams} weights${isPlanTold ? "" : `, ${budgetOf(event)}`}`);
        return;
      }
      case "gradient": {
        const { secondsPerGradient, batchLoss, gradients } = event;
        const isFirst = last === undefined;
        last = event;
        // A run that goes on may be anywhere.
        if (isFirst) nextEvaluation = evaluationAfter(gradients - 1);
        // Averages over about 20 gradients: steady to the eye, and soon right after a change.
        rate = isFirst ? 1 / secondsPerGradient : 0.95 * rate + 0.05 / secondsPerGradient;
        smoothedLoss = isFirst ? batchLoss : 0.95 * smoothedLoss + 0.05 * batchLoss;
        const { innerSteps = 1, totalGradients = Number.POSITIVE_INFINITY } = start ?? {};
        const due = gradients % innerSteps === 0 && (gradients >= nextEvaluation || gradients >= totalGradients);
        evaluatingSince = due ? now() : null;
        if (due || now() - drawn >= drawInterval) draw();
        return;
      }
      case "evaluation": {
        nextEvaluation = evaluationAfter(event.gradients);
        if (evaluatingSince !== null) evaluationSeconds = (now() - evaluatingSince) / 1000;
        line(
          `  epoch ${event.effectiveEpochs.toFixed(1)}: ` +
            (event.validationError === null ? "" : `validation error ${percent(event.validationError)}, `) +
            `test error ${percent(event.testError)} (${event.gradients} gradients, ${event.seconds.toFixed(0)} s)`,
        );
        // The training loss comes last, and takes as long.
        if (event.gradients >= (start?.totalGradients ?? Number.POSITIVE_INFINITY)) draw();
        return;
      }
      case "warning":
        line(`warning: ${event.message}`);
        return;
      case "resume": {
        const { checkpoint, gradients, skipped, warnings } = event;
        for (const { name, why } of skipped) line(`warning: checkpoint ${name} was passed over: ${why}`);
        for (const warning of warnings) line(`warning: ${warning}`);
        const place = checkpoint === null ? "there is no checkpoint yet" : `checkpoint ${checkpoint}`;
        line(`Resumes at gradient ${gradients} (${place})`);
        return;
      }
      case "extend": {
        const { from, to, schedules } = event;
        line(`Extends from ${from} to ${counted(to, "effective epoch")}`);
        if (schedules.length > 0) line(`warning: ${extensionWords(event)}`);
        return;
      }
      case "non-finite":
        line(`  the ${event.what} was not finite at gradient ${event.gradients}`);
        return;
      case "rollback": {
        const { checkpoint, gradients, number, learningRateFactor } = event;
        const place = checkpoint === null ? "the start" : `checkpoint ${checkpoint}`;
        line(`  rollback ${number} to gradient ${gradients} (${place}); learning rates times ${learningRateFactor}`);
        return;
      }
      case "end": {
        clear();
        const { reason, gradientEvaluations } = event.result;
        if (reason === "interrupted") line(`  interrupted after ${gradientEvaluations} gradients`);
        if (reason === "non-finite") {
          line(`  diverged at gradient ${gradientEvaluations}; try a smaller learning rate, or --set rollbacks=3`);
        }
        if (reason === "diverged") {
          const loss =
            event.result.trainLoss === null ? "is not finite" : `is ${event.result.trainLoss.toPrecision(4)}`;
          line(`  diverged: the training loss ${loss}, above that of a uniform guess; try a smaller learning rate`);
        }
      }
    }
  };
}

/** Why an extended run is not the one that had the larger budget from the start. */
function extensionWords({ from, to, schedules }: ExtendEvent): string {
  const rest = "these follow the budget and were others with";
  return `not the run that has ${counted(to, "effective epoch")} from the start: ${rest} ${from} (${schedules.join(", ")})`;
}

/** What a run is called in front of its lines. */
function titleOf({ network, optimizer, preset, seed }: StartEvent): string {
  return `${network}, ${optimizer}${preset === null ? "" : ` (${preset})`}, seed ${seed}`;
}

/** The gradients of a run and, where rounding made more epochs than were asked for, how many and why. */
export function budgetOf({
  totalGradients,
  gradientsPerEpoch,
  innerSteps,
  budget,
}: Pick<StartEvent, "totalGradients" | "gradientsPerEpoch" | "innerSteps" | "budget">): string {
  const gradients = `${totalGradients} gradients`;
  const planned = (totalGradients / gradientsPerEpoch).toFixed(2);
  if (budget === undefined || planned === budget.toFixed(2)) return gradients;
  return `${gradients}: ${planned} effective epochs, ${budget} asked for (rounded up to whole outer steps of ${innerSteps})`;
}

function percent(error: number): string {
  return `${(100 * error).toFixed(2)} %`;
}
