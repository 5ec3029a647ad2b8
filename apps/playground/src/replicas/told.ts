/** What a replica tells its page, in order. */
import type { LivingReplica } from "entropy-sgd-cluster";

/** Of the other replicas of its run. */
export type MeetingTold =
  /** It has joined, by a number from 0, and waits for the others. */
  | { readonly type: "joined"; readonly replica: number }
  | { readonly type: "living"; readonly living: readonly LivingReplica[]; readonly refusals: readonly string[] }
  /** An exchange, the milliseconds it took, and how far the own average was from the mean of all: ‖zᵃ − x‖. */
  | { readonly type: "exchange"; readonly version: number; readonly milliseconds: number; readonly distance: number };

/** Of its training. */
export type TrainingTold =
  | { readonly type: "start"; readonly totalGradients: number }
  | { readonly type: "outer"; readonly gradients: number; readonly batchLoss: number }
  | { readonly type: "evaluation"; readonly gradients: number; readonly testError: number | null }
  /** The mean X as a run's weights.safetensors, null where it was stopped; and in how many exchanges not all replicas were. */
  | { readonly type: "end"; readonly weights: Blob | null; readonly incompleteMeans: number };

export type Told = MeetingTold | TrainingTold;
