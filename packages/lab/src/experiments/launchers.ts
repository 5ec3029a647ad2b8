/** Ways to train one run of an experiment: in this process, or in one of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CheckpointRequests, checkpointMessage, type DeviceChoice } from "entropy-sgd-training";
import { endingSignalOf } from "../io/endingSignals.ts";
import { failureIn } from "../io/failureMessage.ts";
import { continueTraining, prepareRun, type ResumeOptions } from "../runner/resumeTraining.ts";
import { placedAt } from "../settings/placedAt.ts";
import { endedResult, type RunLauncher, type RunOutcome } from "./runAll.ts";

/** The command, at the same place from the sources and from what is built of them. */
export const commandPath: string = fileURLToPath(new URL("../../bin/entropy-sgd.js", import.meta.url));

/** Trains in this process. */
export function launchHere(options: ResumeOptions): RunLauncher {
  return async (path, settings, signal) => {
    const result = await continueTraining(path, settings, { ...options, signal });
    return result.interrupted ? { kind: "interrupted", result } : { kind: "ended", result, before: false };
  };
}

/** How processes are launched. */
export interface ProcessOptions {
  readonly command?: string;
  /** Wishes for checkpoints, passed on to the processes. */
  readonly requests?: CheckpointRequests | undefined;
  /** A folder that holds the same data in another place. */
  readonly dataFolder?: string | undefined;
  /** Threads instead of those of the settings. */
  readonly threads?: number | undefined;
  /** What computes instead of what the settings say. */
  readonly device?: DeviceChoice | undefined;
  /** Checksum that the data must have; null where any are right. */
  readonly dataChecksum?: string | null;
}

/**
 * Trains in a process of its own. It has a process group of its own, too, so that a terminal's Ctrl-C reaches it through
 * this process alone; it ends by itself when this process is gone.
 */
export function launchProcess(options: ProcessOptions = {}): RunLauncher {
  const { command = commandPath, requests, dataFolder, threads, device, dataChecksum = null } = options;
  return async (path, planned, signal) => {
    const placed = placedAt(planned, dataFolder);
    const settings = { ...placed, threads: threads ?? planned.threads, device: device ?? planned.device };
    await prepareRun(path, settings, dataChecksum);
    if (signal.aborted) return { kind: "interrupted" };
    const own = [
      ...(placed.data === null ? [] : ["--data", placed.data]),
      ...(threads === undefined ? [] : ["--threads", `${threads}`]),
      ...(device === undefined ? [] : ["--device", device]),
    ];
    const end = await endOf([command, "resume", "--json", ...own, "--", path], signal, requests);
    if (end.code === 0 || end.code === 3) {
      const result = endedResult(path, settings, null);
      if (result !== null) return { kind: "ended", result, before: false };
    }
    return signal.aborted && end.error === null ? { kind: "interrupted" } : failureOf(end);
  };
}

/** How a process ended. */
interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it said was wrong; null if it said nothing. */
  readonly error: string | null;
}

function failureOf({ code, signal, error }: ProcessEnd): RunOutcome {
  const how = signal === null ? `ended with exit code ${code} and without a result` : `was ended by ${signal}`;
  return { kind: "failed", message: error ?? `its process ${how}`, exitCode: code === 2 ? 2 : 1 };
}

function endOf(args: readonly string[], signal: AbortSignal, requests?: CheckpointRequests): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "ignore", "ipc"], detached: true });
    const stop = (): void => void child.kill(endingSignalOf(signal));
    const stopListening = requests?.listen(() => {
      // A process that is ending hears it no more.
      if (child.connected) child.send(checkpointMessage, () => {});
    });
    signal.addEventListener("abort", stop, { once: true });
    let error: string | null = null;
    child.on("message", (message) => {
      error = failureIn(message) ?? error;
    });
    const ended = (end: ProcessEnd): void => {
      signal.removeEventListener("abort", stop);
      stopListening?.();
      resolve(end);
    };
    child.once("error", (reason) => ended({ code: 1, signal: null, error: reason.message }));
    child.once("close", (code, by) => ended({ code, signal: by, error }));
  });
}
