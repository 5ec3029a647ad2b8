/** What the thread of a replica and the thread that meets the replicas tell each other. */
import type { SharedMean } from "entropy-sgd-training";
import type { Settings } from "../../settings/settings.ts";
import type { ProcessOptions } from "../launchers.ts";
import type { RunOutcome } from "../runAll.ts";

/** What a replica's thread begins with. */
export interface ReplicaWork {
  /** The run's folder. */
  readonly path: string;
  readonly settings: Settings;
  readonly place: Pick<ProcessOptions, "dataFolder" | "threads" | "device">;
}

/** From a replica's thread. */
export type FromReplica =
  /** z of the inner loop that has ended, to be exchanged. */
  | { readonly kind: "contribution"; readonly outerStep: number; readonly z: Float32Array<ArrayBuffer> }
  | { readonly kind: "outcome"; readonly outcome: RunOutcome };

/** To a replica's thread. */
export type ToReplica =
  /** The mean over the replicas, and whether a checkpoint is taken after the outer step. */
  | { readonly kind: "mean"; readonly shared: SharedMean; readonly isCheckpointDue: boolean }
  /** An AbortSignal with this reason. */
  | { readonly kind: "abort"; readonly reason: unknown };
