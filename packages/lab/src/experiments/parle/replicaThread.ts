/** The thread of one replica: trains its run, and exchanges through the thread that began it. */
import { parentPort, workerData } from "node:worker_threads";
import { checkpointRequests, Interruption, type Replica, type SharedMean } from "entropy-sgd-training";
import { continueTraining } from "../../runner/resumeTraining.ts";
import { outcomeOf } from "../runAll.ts";
import type { FromReplica, ReplicaWork, ToReplica } from "./threadMessages.ts";

const port = parentPort!;
const { path, settings, place } = workerData as ReplicaWork;
const stopping = new AbortController();
const requests = checkpointRequests();
let receive: (shared: SharedMean) => void = () => {};

const send = (message: FromReplica, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, [...transfer]);

port.on("message", (message: ToReplica) => {
  if (message.kind === "abort") return stopping.abort(message.reason);
  if (message.isCheckpointDue) requests.request();
  receive(message.shared);
});

const exchange: Replica["exchange"] = (z, outerStep, signal) =>
  new Promise((resolve, reject) => {
    const stop = (): void => reject(new Interruption("interrupted"));
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    receive = (shared) => {
      signal?.removeEventListener("abort", stop);
      resolve(shared);
    };
    const copy = new Float32Array(z);
    send({ kind: "contribution", outerStep, z: copy }, [copy.buffer]);
  });

try {
  const result = await continueTraining(path, settings, {
    ...place,
    exchange,
    signal: stopping.signal,
    checkpointRequests: requests,
    checkpointsByRequest: true,
  });
  send({
    kind: "outcome",
    outcome: result.interrupted ? { kind: "interrupted", result } : { kind: "ended", result, before: false },
  });
} catch (error) {
  send({ kind: "outcome", outcome: outcomeOf(error) });
}
port.close();
