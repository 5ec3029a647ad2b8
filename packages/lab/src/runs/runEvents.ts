/** Events of a run in a folder, beside those of the training loop. */
import type { NonFiniteEvent, TrainEvent } from "entropy-sgd-training";

/** A run that goes on in a new process; what events.jsonl held beyond the checkpoint is done again. */
export interface ResumeEvent {
  readonly type: "resume";
  readonly gradients: number;
  /** Name of the checkpoint; null for a run that begins again at its start. */
  readonly checkpoint: string | null;
  /** Newer checkpoints that were damaged. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  /** What was damaged and is made again, and what may change the bits from here on. */
  readonly warnings: readonly string[];
}

/** A run that goes on beyond its budget. */
export interface ExtendEvent {
  readonly type: "extend";
  readonly gradients: number;
  /** Effective epochs before and from here on. */
  readonly from: number;
  readonly to: number;
  /** Of the whole run, from here on. */
  readonly totalGradients: number;
  /**
   * Schedules that follow the budget and had other values before than under the larger one; without any the run is, bit
   * for bit, the one that had the larger budget from the start.
   */
  readonly schedules: readonly string[];
}

/** A run that goes back after something was not finite, with smaller steps. */
export interface RollbackEvent {
  readonly type: "rollback";
  /** Where the run goes on. */
  readonly gradients: number;
  /** Where something was not finite. */
  readonly from: number;
  readonly what: NonFiniteEvent["what"];
  /** Name of the checkpoint; null for the start. */
  readonly checkpoint: string | null;
  /** 1 for the first rollback of the run. */
  readonly number: number;
  /** Learning rates are the settings' times this from here on. */
  readonly learningRateFactor: number;
}

/** What a run tells its listeners: the loop's events, and those of its folder. */
export type RunEvent = TrainEvent | ResumeEvent | ExtendEvent | RollbackEvent;
