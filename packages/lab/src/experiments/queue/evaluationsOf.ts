/** What is seen of a run that another process trains, in the file of its events: that it has begun, and its evaluations. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { InputError, type RecordedEvaluation } from "entropy-sgd-training";
import { isMissing } from "entropy-sgd-training/node";
import { eventsName } from "../../runs/eventFile.ts";
import { readLock } from "../../runs/lock.ts";
import { readEvents } from "../../runs/readRun.ts";

/** Milliseconds between two looks at the file. */
const lookEvery = 1_000;

/** Who is told; what they throw is the caller's to notice elsewhere. */
export interface EvaluationsListener {
  /** The process has accepted the run and writes its events. */
  readonly onBegin: () => Promise<void>;
  readonly onEvaluation: (evaluation: RecordedEvaluation) => Promise<void>;
}

/** Follows the evaluations of a run; those that are there already are not told. */
export interface EvaluationsFollower {
  /** Tells what is left, and looks no more. */
  end(): Promise<void>;
}

/** What is written under a lock that is there already is another process's, such as that of a worker with the same folder. */
export function followEvaluations(path: string, { onBegin, onEvaluation }: EvaluationsListener): EvaluationsFollower {
  const file = join(path, eventsName);
  const others = lockOf(path);
  let size = sizeOf(file);
  let told = evaluationsIn(path)?.at(-1)?.gradients ?? -1;
  let hasBegun = false;
  let telling: Promise<void> = Promise.resolve();
  const tell = (what: () => Promise<void>): void => {
    telling = telling.then(what).catch(() => {});
  };
  const look = (): void => {
    const now = sizeOf(file);
    if (now === size || (others !== null && lockOf(path) === others)) return;
    if (!hasBegun) tell(onBegin);
    hasBegun = true;
    const found = evaluationsIn(path);
    // Being written anew: the next look sees it whole.
    if (found === null) return;
    size = now;
    for (const evaluation of found.filter(({ gradients }) => gradients > told)) {
      told = evaluation.gradients;
      tell(() => onEvaluation(evaluation));
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

/** The token of the lock on a run; null where there is none, or it cannot be read. */
function lockOf(path: string): string | null {
  try {
    return readLock(join(path, "lock"))?.token ?? null;
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
