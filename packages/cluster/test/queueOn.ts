/** Workers and planners of a queue in processes of their own, on machines of a test's network. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Json } from "entropy-sgd-cluster";
import { bundled } from "./bundled.ts";
import type { Machine } from "./network.ts";

export interface QueueSettings {
  readonly servers: string[];
  /** None where absent. */
  readonly credentials?: { readonly user: string; readonly pass: string };
  readonly name: string;
  readonly heartbeat: number;
  readonly copies: number;
  /** Milliseconds that a piece takes. */
  readonly pace: number;
}

/** What a planner is asked for. */
export type PlannerRequest =
  | { readonly kind: "enqueue"; readonly from: number; readonly to: number }
  /** Publish pieces that may have been done. */
  | { readonly kind: "repeat"; readonly pieces: readonly number[] }
  /** Put those on the queue again that have not ended and are nowhere, as after a loss of data. */
  | { readonly kind: "putAgain"; readonly pieces: readonly number[] }
  | { readonly kind: "health" };

/** What a planner tells. */
export type PlannerLine =
  | { readonly kind: "enqueued"; readonly to: number }
  | { readonly kind: "repeated" }
  | { readonly kind: "putAgain" }
  /** The servers that do not have all that the others have; null where that is not known. */
  | { readonly kind: "health"; readonly behind: readonly string[] | null }
  | { readonly kind: "result"; readonly id: string; readonly result: Json }
  | { readonly kind: "failure"; readonly id: string; readonly message: string };

export interface RunningProcess {
  readonly child: ChildProcess;
  /** Ends it at once. */
  kill(): Promise<void>;
}

export interface RunningPlanner extends RunningProcess {
  /** All that it has told. */
  readonly lines: readonly PlannerLine[];
  ask(request: PlannerRequest): void;
  /** Waits until something that it has told, or tells, is as wanted. */
  until(isWanted: (lines: readonly PlannerLine[]) => boolean): Promise<void>;
}

const programs = {
  worker: fileURLToPath(new URL("workerProcess.ts", import.meta.url)),
  planner: fileURLToPath(new URL("plannerProcess.ts", import.meta.url)),
};

/** @param program - another one than the right one */
export function workerOn(machine: Machine, settings: QueueSettings, program: string = programs.worker): RunningProcess {
  return started(machine, program, settings);
}

export function plannerOn(machine: Machine, settings: QueueSettings): RunningPlanner {
  const running = started(machine, programs.planner, settings);
  const { child } = running;
  const lines: PlannerLine[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stdout!).on("line", (text) => {
    lines.push(JSON.parse(text) as PlannerLine);
    for (const look of waiting) look();
  });
  return {
    ...running,
    lines,
    ask: (request) => child.stdin!.write(`${JSON.stringify(request)}\n`),
    until: (isWanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isWanted(lines)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

function started(machine: Machine, program: string, settings: QueueSettings): RunningProcess {
  const child = machine.start(process.execPath, [bundled(program), JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  // What is written to one that was killed is lost.
  child.stdin!.on("error", () => {});
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
