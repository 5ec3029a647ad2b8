/** What is written of the events of a run, a line each. */
import { primaryOf, type StartEvent } from "entropy-sgd-training";
import type { ExtendEvent, RunEvent } from "../runs/runEvents.ts";
import { judgementWords } from "../statistics/metricWords.ts";
import { fixed, significant } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";

type LinesOf = { readonly [T in RunEvent["type"]]?: (event: Extract<RunEvent, { type: T }>) => readonly string[] };

/** The lines of each kind of event that has any without knowing more. */
const lines: LinesOf = {
  evaluation: (event) => {
    const { effectiveEpochs, gradients, seconds } = event;
    const place = `(${gradients} gradients, ${fixed(seconds, 0)} s)`;
    return [`  epoch ${fixed(effectiveEpochs, 1)}: ${judgementWords(primaryOf(event))} ${place}`];
  },
  warning: ({ message }) => [`warning: ${message}`],
  resume: ({ checkpoint, gradients, skipped, warnings }) => [
    ...skipped.map(({ name, why }) => `warning: checkpoint ${name} was passed over: ${why}`),
    ...warnings.map((warning) => `warning: ${warning}`),
    `Resumes at gradient ${gradients} (${placeOf(checkpoint, "there is no checkpoint yet")})`,
  ],
  extend: (event) => [
    `Extends from ${event.from} to ${counted(event.to, "effective epoch")}`,
    ...(event.schedules.length > 0 ? [`warning: ${extensionWords(event)}`] : []),
  ],
  "non-finite": ({ what, gradients }) => [`  the ${what} was not finite at gradient ${gradients}`],
  rollback: ({ checkpoint, gradients, number, learningRateFactor }) => [
    `  rollback ${number} to gradient ${gradients} (${placeOf(checkpoint, "the start")}); learning rates times ${learningRateFactor}`,
  ],
  end: ({ result: { reason, gradientEvaluations, bestGradients, trainLoss } }) => {
    const restored = `the weights are those of gradient ${bestGradients}, the best on validation`;
    if (reason === "interrupted") return [`  interrupted after ${gradientEvaluations} gradients`];
    if (reason === "time") return [`  stopped at the time limit, after ${gradientEvaluations} gradients`];
    if (reason === "non-finite") {
      return [`  diverged at gradient ${gradientEvaluations}; try a smaller learning rate, or --set rollbacks=3`];
    }
    if (reason === "early-stopping") return [`  early stopping after ${gradientEvaluations} gradients; ${restored}`];
    if (reason !== "diverged") return bestGradients === undefined ? [] : [`  ${restored}`];
    const loss = trainLoss === null ? "is not finite" : `is ${significant(trainLoss, 4)}`;
    return [
      `  diverged: the training loss ${loss}, above that of a guess without the inputs; try a smaller learning rate`,
    ];
  },
};

/** The lines of an event; none of a start, whose line says how many runs there are. */
export function linesOf(event: RunEvent): readonly string[] {
  // The table's entry takes the events of its own type, which the checker cannot follow through a lookup.
  const own = lines[event.type] as ((event: RunEvent) => readonly string[]) | undefined;
  return own?.(event) ?? [];
}

/** What a run is called in front of its lines, and its size. */
export function headOf({ network, optimizer, preset, seed, numParams }: StartEvent): string {
  return `${network}, ${optimizer}${preset === null ? "" : ` (${preset})`}, seed ${seed}: ${numParams} weights`;
}

/** The gradients of a run and, where rounding made more epochs than were asked for, how many and why. */
export function budgetOf({
  totalGradients,
  gradientsPerEpoch,
  innerSteps,
  budget,
}: Pick<StartEvent, "totalGradients" | "gradientsPerEpoch" | "innerSteps" | "budget">): string {
  const gradients = `${totalGradients} gradients`;
  const planned = fixed(totalGradients / gradientsPerEpoch, 2);
  if (budget === undefined || planned === fixed(budget, 2)) return gradients;
  return `${gradients}: ${planned} effective epochs, ${budget} asked for (rounded up to whole outer steps of ${innerSteps})`;
}

/** Why an extended run is not the one that had the larger budget from the start. */
function extensionWords({ from, to, schedules }: ExtendEvent): string {
  const rest = "these follow the budget and were others with";
  return `not the run that has ${counted(to, "effective epoch")} from the start: ${rest} ${from} (${schedules.join(", ")})`;
}

function placeOf(checkpoint: string | null, otherwise: string): string {
  return checkpoint === null ? otherwise : `checkpoint ${checkpoint}`;
}
