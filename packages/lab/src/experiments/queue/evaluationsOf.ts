/** The evaluations of a run that another process trains, as they come. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { InputError, type RecordedEvaluation } from "entropy-sgd-training";
import { isMissing } from "entropy-sgd-training/node";
import { eventsName } from "../../runs/eventFile.ts";
import { readEvents } from "../../runs/readRun.ts";

/** Milliseconds between two looks at the file. */
const lookEvery = 1_000;

/** Follows the evaluations of a run; those that are there already are not told. */
export interface EvaluationsFollower {
  /** Tells what is left, and looks no more. */
  end(): Promise<void>;
}

/** @param tell - given each new evaluation; what it throws is the caller's to notice elsewhere */
export function followEvaluations(
  path: string,
  tell: (evaluation: RecordedEvaluation) => Promise<void>,
): EvaluationsFollower {
  let told = evaluationsIn(path)?.at(-1)?.gradients ?? -1;
  let size = -1;
  let telling: Promise<void> = Promise.resolve();
  const look = (): void => {
    const now = sizeOf(join(path, eventsName));
    if (now === size) return;
    const found = evaluationsIn(path);
    // Being written anew: the next look sees it whole.
    if (found === null) return;
    size = now;
    for (const evaluation of found.filter(({ gradients }) => gradients > told)) {
      told = evaluation.gradients;
      telling = telling.then(() => tell(evaluation)).catch(() => {});
    }
  };
  const timer = setInterval(look, lookEvery);
  return {
    async end() {
      clearInterval(timer);
      look();
      await telling;
    },
  };
}

function evaluationsIn(path: string): readonly RecordedEvaluation[] | null {
  try {
    return readEvents(path).evaluations;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
