/** Warns once during a run whose mini-batch loss rises or does not fall. */
import type { Guess } from "../tasks/task.ts";

/** The state of a watch; survives JSON, so that a resumed run warns as an uninterrupted one does. */
export interface StabilityState {
  /** Sum of the losses in the block that is being filled, and their number. */
  readonly sum: number;
  readonly count: number;
  /** Whole blocks so far. */
  readonly blocks: number;
  /** The lowest mean of a block so far; the guess's before there is one. */
  readonly best: number;
  /** Blocks in a row that were above it by more than `rise`. */
  readonly numAbove: number;
  readonly warned: boolean;
}

/** Gradients per block, at least: losses of single mini-batches are too noisy to compare. */
const blockGradients = 20;
/** Training is unstable when this many blocks in a row are above the lowest one, */
const unstableBlocks = 5;
/** each by more than this share of the guess's loss. */
const rise = 0.1;
/** After this many blocks the loss must have been below `fallen` times the guess's. */
const startBlocks = 10;
const fallen = 0.95;

/** The properties of a run that the warning depends on. */
export interface WatchedRun {
  /** The task's guess: the loss of who knows nothing of the inputs. */
  readonly guess: Guess;
  /** Whether there is an inner loop, whose learning rate matters then. */
  readonly hasInnerLoop: boolean;
}

/** A watch over the losses of a run. */
export interface StabilityWatch {
  /** Adds the mean loss of `gradients` gradients; returns the warning when it is due, once, and null otherwise. */
  observe(meanLoss: number, gradients: number): string | null;
  state(): StabilityState;
}

/**
 * A loss is a warning when for five blocks of 20 gradients in a row its mean stayed above the lowest one so far (at first: the
 * guess's) by a tenth of the guess's, or after ten blocks has never been a twentieth below the guess's.
 */
export function stabilityWatch({ guess, hasInnerLoop }: WatchedRun, saved?: StabilityState): StabilityWatch {
  let state = saved ?? { sum: 0, count: 0, blocks: 0, best: guess.loss, numAbove: 0, warned: false };
  const rates = hasInnerLoop ? "innerLearningRate, then learningRate" : "learningRate";

  function warningAt(mean: number): string | null {
    if (state.numAbove >= unstableBlocks) {
      const lowest = state.best === guess.loss ? guess.whose : "its lowest so far";
      return (
        `training is unstable: for ${unstableBlocks * blockGradients} gradients the mini-batch loss, now ${mean.toPrecision(3)}, ` +
        `has stayed above ${lowest}, ${state.best.toPrecision(3)}; try a smaller ${rates}`
      );
    }
    if (state.blocks === startBlocks && state.best > fallen * guess.loss) {
      return (
        `training makes no progress: after ${startBlocks * blockGradients} gradients the mini-batch loss is ${mean.toPrecision(3)}, ` +
        `${guess.whose} ${guess.loss.toPrecision(3)}; try another ${rates}, most often a smaller one`
      );
    }
    return null;
  }

  return {
    observe(meanLoss, gradients) {
      const { sum, count, blocks, best, numAbove, warned } = state;
      const [newSum, newCount] = [sum + meanLoss * gradients, count + gradients];
      if (newCount < blockGradients) {
        state = { ...state, sum: newSum, count: newCount };
        return null;
      }
      const mean = newSum / newCount;
      const isAbove = mean > best + rise * guess.loss;
      state = {
        sum: 0,
        count: 0,
        blocks: blocks + 1,
        warned,
        best: Math.min(best, mean),
        numAbove: isAbove ? numAbove + 1 : 0,
      };
      const warning = warned ? null : warningAt(mean);
      if (warning !== null) state = { ...state, warned: true };
      return warning;
    },
    state: () => state,
  };
}
