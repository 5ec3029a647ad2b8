/** The planner of a queue at work, which may be killed, and the tally of what it and those before it have told. */
import { setTimeout as delay } from "node:timers/promises";
import type { Machine } from "../../packages/cluster/test/network.ts";
import {
  type PlannerLine,
  plannerOn,
  type QueueSettings,
  type RunningPlanner,
} from "../../packages/cluster/test/queueOn.ts";
import { idsOf, openTally, type Tally } from "./tally.ts";

export interface Planning {
  readonly planner: { readonly machine: Machine; process: RunningPlanner };
  readonly tally: Tally;
  /** Pieces that the planner was asked to plan. */
  readonly planned: () => number;
  /** Plans more pieces. */
  plan(pieces: number): void;
  /** Starts the planner again; it plans what the one before has not said to be planned: more would hide what was lost. */
  restartPlanner(): Promise<void>;
  /** Puts on the queue again what has not ended and is nowhere. @param lose - lets the queue lose all that it has */
  putAgain(lose: () => Promise<void>): Promise<void>;
  /** Waits until the planner has read all that is on the queue. False after `patience` ms. */
  readsAll(patience: number): Promise<boolean>;
}

export function openPlanning(machine: Machine, settings: QueueSettings): Planning {
  const planner = { machine, process: plannerOn(machine, settings) };
  const tally = openTally(() => planner.process.lines);
  let planned = 0;
  let surelyPlanned = 0;
  return {
    ...{ planner, tally, planned: () => planned },
    plan(pieces) {
      planner.process.ask({ kind: "enqueue", from: planned, to: planned + pieces });
      planned += pieces;
    },
    async restartPlanner() {
      await planner.process.kill();
      tally.keep(planner.process.lines);
      const told = planner.process.lines.map((line) => (line.kind === "enqueued" ? line.to : 0));
      surelyPlanned = Math.max(surelyPlanned, ...told);
      planner.process = plannerOn(machine, settings);
      planner.process.ask({ kind: "enqueue", from: surelyPlanned, to: planned });
    },
    async putAgain(lose) {
      const { process } = planner;
      const isBack = tally.losing();
      await lose();
      const from = process.lines.length;
      const ended = tally.ended();
      const pieces = Array.from({ length: planned }, (_, n) => n).filter((n) => !ended.has(`piece-${n}`));
      process.ask({ kind: "putAgain", pieces });
      await process.until((lines) => lines.slice(from).some(({ kind }) => kind === "putAgain"));
      isBack();
    },
    async readsAll(patience) {
      const all = tally.kept();
      const hasRead = (lines: readonly PlannerLine[]): boolean => {
        const read = idsOf(lines);
        return [...all].every((id) => read.has(id));
      };
      const hasAll = planner.process.until(hasRead).then(() => true);
      return Promise.race([hasAll, delay(patience, false, { ref: false })]);
    },
  };
}
