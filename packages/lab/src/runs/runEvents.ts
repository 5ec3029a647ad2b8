/** Events of a run in a folder, beside those of the training loop. */
import type { NonFiniteEvent, TrainEvent } from "entropy-sgd-training";

/** A run resumed in a new process; events beyond the checkpoint are computed again. */
export interface ResumeEvent {
  readonly type: "resume";
  readonly gradients: number;
  /** Name of the checkpoint; null if the run begins again. */
  readonly checkpoint: string | null;
  /** Newer checkpoints that were damaged. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  /** Damaged files that are written again, and differences that may change the bits from here on. */
  readonly warnings: readonly string[];
}

/** A run continued beyond its budget. */
export interface ExtendEvent {
  readonly type: "extend";
  readonly gradients: number;
  /** The old and the new budget, in effective epochs. */
  readonly from: number;
  readonly to: number;
  /** Gradients of the whole run under the new budget. */
  readonly totalGradients: number;
  /**
   * Schedules that follow the budget and would have had other values so far under the larger one; without any the run equals, bit
   * for bit, one that had the larger budget from the start.
   */
  readonly schedules: readonly string[];
}

/** A run that returned to a checkpoint after a non-finite value, with smaller learning rates. */
export interface RollbackEvent {
  readonly type: "rollback";
  /** Where the run goes on. */
  readonly gradients: number;
  /** Where the non-finite value was. */
  readonly from: number;
  readonly what: NonFiniteEvent["what"];
  /** Name of the checkpoint; null for the start. */
  readonly checkpoint: string | null;
  /** 1 for the first rollback of the run. */
  readonly number: number;
  /** Factor of the settings' learning rates from here on. */
  readonly learningRateFactor: number;
}

/** Events of a run: those of the training loop, and those of its folder. */
export type RunEvent = TrainEvent | ResumeEvent | ExtendEvent | RollbackEvent;
