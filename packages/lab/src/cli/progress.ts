/** The progress of a run: a live line on a terminal, plain lines elsewhere. */
import type { GradientEvent, RunEvent, StartEvent } from "../training/events.ts";

/** Where progress is written. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Milliseconds between two drawings of the live line. */
const drawInterval = 100;

/** A listener of the events of one run after another. */
export function progressListener(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): (event: RunEvent) => void {
  const live = stream.isTTY === true;
  let start: StartEvent | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let rate = 0;
  let smoothedLoss: number | undefined;
  const clear = (): void => {
    if (live) stream.write("\r\x1b[2K");
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  return (event) => {
    switch (event.type) {
      case "start":
        start = event;
        rate = 0;
        smoothedLoss = undefined;
        line(`${titleOf(event)}: ${event.numParams} weights, ${budgetOf(event)}`);
        return;
      case "gradient": {
        // Averages over about 20 gradients: steady to the eye, and soon right after a change.
        rate = rate === 0 ? 1 / event.secondsPerGradient : 0.95 * rate + 0.05 / event.secondsPerGradient;
        smoothedLoss = smoothedLoss === undefined ? event.batchLoss : 0.95 * smoothedLoss + 0.05 * event.batchLoss;
        if (!live || start === undefined || now() - drawn < drawInterval) return;
        drawn = now();
        clear();
        stream.write(fitted(liveLine(start, event, rate, smoothedLoss), stream.columns ?? 80));
        return;
      }
      case "evaluation":
        line(
          `  epoch ${event.effectiveEpochs.toFixed(1)}: ` +
            (event.validationError === null ? "" : `validation error ${percent(event.validationError)}, `) +
            `test error ${percent(event.testError)} (${event.gradients} gradients, ${event.seconds.toFixed(0)} s)`,
        );
        return;
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
        const { reason, gradientEvaluations } = event.result;
        if (reason === "interrupted") line(`  interrupted after ${gradientEvaluations} gradients`);
        if (reason === "non-finite") {
          line(`  diverged at gradient ${gradientEvaluations}; try a smaller learning rate, or --set rollbacks=3`);
        }
      }
    }
  };
}

/** What a run is called in front of its lines. */
function titleOf({ network, optimizer, preset, seed }: StartEvent): string {
  return `${network}, ${optimizer}${preset === null ? "" : ` (${preset})`}, seed ${seed}`;
}

/** The gradients of a run and, where rounding made more epochs than were asked for, how many and why. */
function budgetOf({ totalGradients, gradientsPerEpoch, innerSteps, budget }: StartEvent): string {
  const gradients = `${totalGradients} gradients`;
  const planned = (totalGradients / gradientsPerEpoch).toFixed(2);
  if (budget === undefined || planned === budget.toFixed(2)) return gradients;
  return `${gradients}: ${planned} effective epochs, ${budget} asked for (rounded up to whole outer steps of ${innerSteps})`;
}

/** `43 % ████░░░░ epoch 1.7/4.0, outer 37/86, inner 12/20, loss 0.123, scope 1.0e-4, 71/s, 0:23 left`. */
function liveLine(start: StartEvent, event: GradientEvent, rate: number, loss: number): string {
  const { totalGradients, gradientsPerEpoch, innerSteps } = start;
  const share = event.gradients / totalGradients;
  const width = 16;
  const full = Math.round(share * width);
  const outer = Math.floor((event.gradients - 1) / innerSteps) + 1;
  return [
    `${String(Math.floor(100 * share)).padStart(3)} % ${"█".repeat(full)}${"░".repeat(width - full)}` +
      ` epoch ${(event.gradients / gradientsPerEpoch).toFixed(1)}/${(totalGradients / gradientsPerEpoch).toFixed(1)}`,
    ...(event.scope === null
      ? []
      : [`outer ${outer}/${totalGradients / innerSteps}`, `inner ${event.innerStep}/${innerSteps}`]),
    `loss ${loss.toFixed(3)}`,
    ...(event.scope === null ? [] : [`scope ${event.scope.toExponential(1)}`]),
    `${rate.toFixed(0)}/s`,
    `${clock((totalGradients - event.gradients) / rate)} left`,
  ].join(", ");
}

function percent(error: number): string {
  return `${(100 * error).toFixed(2)} %`;
}

function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Cut to the terminal's width, so that the line stays one. */
function fitted(text: string, columns: number): string {
  return text.length < columns ? text : text.slice(0, columns - 1);
}
