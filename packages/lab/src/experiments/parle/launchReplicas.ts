/** Replicas of one process, each in a thread of its own, that meet in this one. */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { inProcessExchange, type Member, meanExchange, missingFrom } from "entropy-sgd-cluster";
import type { CheckpointRequests } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { RunLauncher, RunOutcome } from "../runAll.ts";
import { checkpointsTogether } from "./checkpointsTogether.ts";
import type { FromReplica, ReplicaWork, ToReplica } from "./threadMessages.ts";

/** The thread's program, at the same place from the sources and from what is built of them. */
const program = fileURLToPath(new URL("../../../dist/experiments/parle/replicaThread.js", import.meta.url));

/** How replicas are launched. */
export interface ReplicaOptions {
  /** Where data are and what computes, instead of the settings'. */
  readonly place: ReplicaWork["place"];
  /** Requests for checkpoints, which all take after the next outer step. */
  readonly requests?: CheckpointRequests | undefined;
  /** Minutes between two checkpoints; null for none by time. */
  readonly minutes: number | null;
  /** Length of the vectors that are exchanged. */
  readonly numParams: number;
}

/** Trains each replica in a thread. The mean is over those that are at work: one that ends or fails leaves the others alone. */
export function launchReplicas({ place, requests, minutes, numParams }: ReplicaOptions): RunLauncher {
  const exchange = inProcessExchange({ elements: numParams });
  const isCheckpointDue = checkpointsTogether(minutes, requests);
  return async (path, settings, signal) => {
    // Joined before anything is awaited: no replica begins before all have joined.
    const joining = exchange.join(settings.replica ?? 0);
    const member = await joining;
    let hasEnded = false;
    try {
      // In the main thread first, which alone can tell it to send no telemetry, and whose mode for denormals the thread takes over.
      await nodePlatform.loadRuntime("cpu");
      const outcome = await outcomeOfThread({ path, settings, place }, member, signal, isCheckpointDue);
      hasEnded = outcome.kind === "ended";
      return outcome;
    } finally {
      await member.leave({ hasEnded });
    }
  };
}

function outcomeOfThread(
  work: ReplicaWork,
  member: Member,
  signal: AbortSignal,
  isCheckpointDue: (outerStep: number) => boolean,
): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(program, { workerData: work });
    const send = (message: ToReplica, transfer: readonly ArrayBuffer[] = []): void =>
      thread.postMessage(message, transfer);
    const stop = (): void => send({ kind: "abort", reason: signal.reason });
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    let outcome: RunOutcome = { kind: "failed", message: "its thread ended without a result", exitCode: 1 };
    const exchange = meanExchange(member);
    const numReplicas = Number(work.settings.options.replicas);
    const meet = async (outerStep: number, z: Float32Array): Promise<void> => {
      const exchanged = await exchange(outerStep, z, signal);
      const { mean } = exchanged;
      const missing = missingFrom(member, numReplicas, exchanged);
      // A vector of its own for each replica, which may go to its thread without a copy.
      send({ kind: "mean", shared: { mean, missing }, isCheckpointDue: isCheckpointDue(outerStep) }, [
        mean.buffer as ArrayBuffer,
      ]);
    };
    thread.on("message", (message: FromReplica) => {
      if (message.kind === "outcome") outcome = message.outcome;
      // After a signal the thread waits no longer for the mean.
      else meet(message.outerStep, message.z).catch((error: unknown) => signal.aborted || reject(error));
    });
    thread.once("error", reject);
    thread.once("exit", () => {
      signal.removeEventListener("abort", stop);
      resolve(outcome);
    });
  });
}
