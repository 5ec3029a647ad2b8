/** Replicas in processes of their own, on machines of a test's network. */
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bundled } from "./bundled.ts";
import type { Machine } from "./network.ts";
import type { Round } from "./trainQuadratic.ts";

export interface ReplicaSettings {
  readonly servers: string[];
  /** None where absent. */
  readonly credentials?: { readonly user: string; readonly pass: string };
  readonly run: string;
  readonly replica: number;
  /** How many it waits for before it begins. */
  readonly count: number;
  readonly heartbeat: number;
  readonly copies: number;
  /** Milliseconds that a round takes at least. */
  readonly pace: number;
}

/** What a replica tells after an exchange. */
export type ReplicaLine = Pick<Round, "round" | "replicas" | "loss">;

export interface RunningReplica {
  readonly lines: readonly ReplicaLine[];
  /** The first line from now on that is as wanted. */
  until(isWanted: (line: ReplicaLine) => boolean): Promise<ReplicaLine>;
  /** Ends it after the exchange under way; its last line. */
  end(): Promise<ReplicaLine>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL("replicaProcess.ts", import.meta.url));

export function replicaOn(machine: Machine, settings: ReplicaSettings): RunningReplica {
  const child = machine.start(process.execPath, [bundled(program), JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: ReplicaLine[] = [];
  let heard: (line: ReplicaLine) => void = () => {};
  createInterface(child.stdout!).on("line", (text) => {
    const line = JSON.parse(text) as ReplicaLine;
    lines.push(line);
    heard(line);
  });
  const ended = new Promise<void>((resolve) => child.once("close", resolve));
  return {
    lines,
    until: (isWanted) =>
      new Promise((resolve, reject) => {
        heard = (line) => isWanted(line) && resolve(line);
        void ended.then(() => reject(new Error(`replica ${settings.replica} has ended`)));
      }),
    async end() {
      child.stdin!.end("end\n");
      await ended;
      return lines.at(-1)!;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
