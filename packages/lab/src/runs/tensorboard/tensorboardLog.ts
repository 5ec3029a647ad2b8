/**
 * The event files of a run, in its folder `tensorboard`, written while it trains.
 *
 * A run that goes on from a checkpoint begins a new file, after what came later than the checkpoint has been taken out of those
 * before: TensorBoard reads the files one after another, and each step stands there once.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { InputError, isKept, type LoopPosition, numEvaluations } from "entropy-sgd-training";
import type { RunModel } from "entropy-sgd-training/formats";
import { cannot, readPlain } from "entropy-sgd-training/node";
import { appendTo, entriesOf, makeFolderWithin, writeWhole } from "../../io/files.ts";
import type { Settings } from "../../settings/settings.ts";
import type { RunEvent } from "../runEvents.ts";
import type { HeldRun, RunFolder } from "../runFolder.ts";
import { checkpointStatus, decodeMark } from "./eventMessages.ts";
import { eventRecords, headRecord } from "./eventRecords.ts";
import { recordsIn } from "./records.ts";
import {
  evaluationSummaries,
  outerSummaries,
  resultSummaries,
  settingSummaries,
  tensorsAt,
  warningSummaries,
  weightSummaries,
} from "./runSummaries.ts";
import type { Summary } from "./summaries.ts";

const folderName = "tensorboard";
const namePattern = /^events\.out\.tfevents\.\d{4,}$/;
const maxBytes = 2 ** 32;

type Place = Pick<LoopPosition, "gradients" | "evaluations">;

/**
 * Begins, or goes on with, the event files of a run; gives a listener of its events.
 *
 * @param from - where the run goes on; null at its start
 * @throws InputError if a file cannot be read or written
 */
export function tensorboardLog(
  { path, requireHeld }: Pick<HeldRun, "path" | "requireHeld">,
  settings: Settings,
  model: RunModel,
  from: Place | null,
): Pick<RunFolder, "record"> {
  const folder = makeFolderWithin(path, folderName);
  requireHeld();
  const number = withoutLater(folder, from, requireHeld) + 1;
  const file = join(folder, `events.out.tfevents.${String(number).padStart(4, "0")}`);
  const seconds = (): number => Date.now() / 1000;
  writeWhole(file, headRecord(seconds()), requireHeld);
  const recordsOf = eventRecords();
  const append = (bytes: Uint8Array): void => {
    requireHeld();
    appendTo(file, bytes, { maxBytes });
  };
  const add = (step: number, summaries: readonly Summary[]): void => {
    if (summaries.length > 0) append(recordsOf.summaries(seconds(), step, summaries));
  };
  return {
    record(event: RunEvent) {
      if (event.type === "start" && from === null) add(0, settingSummaries(settings));
      if (event.type === "extend") add(event.gradients, settingSummaries(settings));
      if (event.type === "warning") add(event.gradients, warningSummaries(event.message));
      if (event.type === "outer" && isKept(Math.ceil(event.gradients / settings.innerSteps)))
        add(event.gradients, outerSummaries(event));
      if (event.type === "evaluation") {
        add(event.gradients, [...evaluationSummaries(event), ...weightSummaries(tensorsAt(model, event.params))]);
      }
      if (event.type === "checkpoint") {
        const { gradients, snapshot } = event;
        const mark = { status: checkpointStatus, checkpointPath: markOf(snapshot.position) };
        append(recordsOf.event({ wallTime: seconds(), step: gradients, sessionLog: mark }));
      }
      if (event.type === "end") add(event.result.gradientEvaluations, resultSummaries(event.result));
    },
  };
}

/** A checkpoint in the files: its gradients and evaluations, as two checkpoints at a gradient have an evaluation between them. */
function markOf({ gradients, evaluations }: Place): string {
  return `${gradients} gradients, ${numEvaluations(evaluations)} evaluations`;
}

/**
 * Takes out what was written after a checkpoint: after its mark, or where a kill came before the mark, from the first later step on. Gives the
 * number of the last file that is left, 0 for none.
 */
function withoutLater(folder: string, from: Place | null, requireHeld: () => void): number {
  const names = entriesOf(folder).filter((name) => namePattern.test(name));
  const kept = from === null ? 0 : keptOf(folder, names, from, requireHeld);
  for (const name of names.slice(kept)) {
    const file = join(folder, name);
    requireHeld();
    try {
      rmSync(file);
    } catch (error) {
      throw cannot(file, "be deleted", error);
    }
  }
  const last = names[kept - 1];
  return last === undefined ? 0 : Number(last.slice(last.lastIndexOf(".") + 1));
}

/** Cuts the last file that is kept; gives how many of the files are. */
function keptOf(folder: string, names: readonly string[], from: Place, requireHeld: () => void): number {
  const mark = markOf(from);
  let cut: { readonly at: number; readonly end: number } | null = null;
  let isBeyond = false;
  for (const [at, name] of names.entries()) {
    for (const { step, checkpoint, end } of marksIn(join(folder, name))) {
      if (checkpoint === mark) [cut, isBeyond] = [{ at, end }, true];
      else if (step > from.gradients) isBeyond = true;
      else if (!isBeyond) cut = { at, end };
    }
  }
  if (cut === null) return 0;
  const file = join(folder, names[cut.at]!);
  const bytes = readPlain(file, maxBytes);
  if (cut.end < bytes.length) writeWhole(file, bytes.subarray(0, cut.end), requireHeld);
  return cut.at + 1;
}

/** Step and checkpoint of each record. @throws InputError for a whole record that is no event */
function* marksIn(file: string): Iterable<ReturnType<typeof decodeMark> & { readonly end: number }> {
  for (const { data, end } of recordsIn(readPlain(file, maxBytes))) {
    try {
      yield { ...decodeMark(data), end };
    } catch {
      throw new InputError({ path: file, rule: "must be an event file of TensorBoard; remove it to go on" });
    }
  }
}
