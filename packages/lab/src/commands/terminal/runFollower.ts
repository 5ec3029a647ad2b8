/** What is shown of a run while it trains, gathered from its events. */
import {
  type EvaluationEvent,
  type GradientEvent,
  type OuterEvent,
  primaryOf,
  type StartEvent,
} from "entropy-sgd-training";
import type { RunEvent } from "../../runs/runEvents.ts";
import type { JudgedSoFar, RunSoFar } from "./liveView.ts";
import { paceMeter } from "./paceMeter.ts";
import { type ValueHistory, valueHistory } from "./valueHistory.ts";

/** Follows the events of one run after another. */
export interface RunFollower {
  follow(event: RunEvent): void;
  /** null before the first gradient. */
  soFar(): Omit<RunSoFar, "number"> | null;
  /** Whether an evaluation is at work. */
  isEvaluating(): boolean;
}

/** @param now - the time in milliseconds */
export function runFollower(now: () => number): RunFollower {
  const meter = paceMeter(now);
  let start: StartEvent | null = null;
  let gradient: GradientEvent | null = null;
  let outer: OuterEvent | null = null;
  let losses = valueHistory();
  let judgements = judgementHistory();
  return {
    follow(event) {
      if (event.type === "start") {
        meter.start(event);
        [start, gradient, outer] = [event, null, null];
        [losses, judgements] = [valueHistory(), judgementHistory()];
      } else if (event.type === "gradient") {
        meter.gradient(event);
        gradient = event;
        losses.add(event.batchLoss);
      } else if (event.type === "outer") outer = event;
      else if (event.type === "evaluation") {
        meter.evaluation(event);
        judgements.add(event);
      }
    },
    soFar() {
      if (start === null || gradient === null) return null;
      const judged = judgements.soFar();
      return { start, gradient, outer, pace: meter.pace(), losses: losses.values(), judged };
    },
    isEvaluating: () => meter.pace().evaluating,
  };
}

/** The evaluations of a run by their primary metric. */
function judgementHistory(): { add(event: EvaluationEvent): void; soFar(): JudgedSoFar | null } {
  const history: ValueHistory = valueHistory();
  let last: Omit<JudgedSoFar, "values"> | null = null;
  return {
    add(event) {
      const { name, better, validation, test } = primaryOf(event);
      const value = validation ?? test ?? Number.NaN;
      if (Number.isFinite(value)) history.add(value);
      const pick = better === "smaller" ? Math.min : Math.max;
      const best = [last?.best ?? value, value].filter(Number.isFinite);
      last = { name, validation, test, best: best.length === 0 ? Number.NaN : pick(...best) };
    },
    soFar: () => last && { ...last, values: history.values() },
  };
}
