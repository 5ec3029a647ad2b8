/** `train --fast-dev-run`: every part of a run once, in seconds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult } from "entropy-sgd-training";
import { withFewExamples } from "../runner/fewExamples.ts";
import { loadParts } from "../runner/loadParts.ts";
import { runTraining } from "../runner/runTraining.ts";
import type { RunEvent } from "../runs/runEvents.ts";
import type { Settings } from "../settings/settings.ts";
import { significant } from "../statistics/numbers.ts";
import { type CommandContext, exitCodeOf, exitCodes, lockHooks, trainingOptions, writeJson } from "./context.ts";

/** Gradients, in two outer steps where there are some. */
const [numGradients, innerSteps] = [4, 2];

/**
 * Trains four gradients, evaluates on one batch, writes a checkpoint and the report in a temporary folder, which is removed.
 * Gives the exit code.
 */
export async function devRun(settings: Settings, json: boolean, context: CommandContext): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "entropy-sgd-dev-run-"));
  const out = join(folder, "run");
  try {
    const parts = await loadParts(settings, lockHooks(context));
    const data = withFewExamples(parts.data, numGradients * settings.batchSize, settings.batchSize);
    const { onEvent, ...training } = trainingOptions(context);
    const result = await runTraining(shortened(settings, data.train.numExamples), {
      ...{ ...training, parts: { ...parts, data }, out },
      onEvent: (event) => {
        if (!isVerdict(event)) onEvent?.(event);
      },
    });
    const { writeReport } = await import("../pages/writeReport.ts");
    writeReport(out, [out]);
    if (json) writeJson(context, result);
    else if (!result.interrupted) context.stdout.write(`${wordsOf(result)}\n`);
    if (result.interrupted) return exitCodeOf([result], context.signal);
    return result.reason === "non-finite" ? exitCodes.divergence : exitCodes.ok;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** After so few gradients the loss is not yet below a guess's. */
function isVerdict(event: RunEvent): boolean {
  return event.type === "end" && event.result.reason === "diverged";
}

function shortened(settings: Settings, numExamples: number): Settings {
  // Where averages begin is a number of gradients of the whole run.
  const { averageFrom: _, ...options } = settings.options;
  // Replicas that take turns have one each.
  const few = options.replicas === undefined ? { innerSteps } : { innerSteps: 1, replicas: innerSteps };
  return {
    ...settings,
    budget: numGradients / Math.max(1, Math.floor(numExamples / settings.batchSize)),
    innerSteps,
    options: { ...options, ...(options.innerSteps !== undefined && few) },
    patience: null,
    checkpointMinutes: null,
    checkpointGradients: numGradients,
  };
}

function wordsOf({ reason, gradientEvaluations, trainLoss }: RunResult): string {
  const done = `${gradientEvaluations} gradients, an evaluation, a checkpoint and the report`;
  if (reason === "non-finite")
    return `The loss was not finite within ${gradientEvaluations} gradients; nothing was kept`;
  return `Network, task, data and optimizer work together: ${done} were made (training loss ${significant(trainLoss, 4)}); nothing was kept`;
}
