// What page and worker tell each other.
import type {
  EndEvent,
  GradientEvent,
  NonFiniteEvent,
  OuterEvent,
  RecordedEvaluation,
  StartEvent,
} from "entropy-sgd-training";
import type { Settings } from "./settings.ts";

/** What the page asks for: a look at the saved run of the settings, training from where it stands, its end, a file of it. */
export type Task =
  | { readonly type: "find" | "train" | "delete"; readonly settings: Settings }
  | { readonly type: "save"; readonly settings: Settings; readonly as: "safetensors" | "onnx" };

/** A task, or the end of the training in work. */
export type Request = Task | { readonly type: "stop" };

/** The events of training that a saved run keeps, for its curves. */
export type KeptEvent = OuterEvent | RecordedEvaluation;

/** What the worker tells: events of training, and how it gets on with a request. */
export type Answer =
  | StartEvent
  | GradientEvent
  | KeptEvent
  | NonFiniteEvent
  | EndEvent
  /** Where the saved run stands; at 0 gradients where there is none. */
  | {
      readonly type: "found";
      readonly gradients: number;
      readonly totalGradients: number;
      readonly gradientsPerEpoch: number;
      readonly seconds: number;
      readonly events: readonly KeptEvent[];
    }
  /** What it does at the moment, in words. */
  | { readonly type: "status"; readonly text: string }
  /** A checkpoint was written. */
  | { readonly type: "saved"; readonly gradients: number }
  | { readonly type: "file"; readonly name: string; readonly content: Blob }
  | { readonly type: "warning" | "error"; readonly message: string }
  /** The task is done. */
  | { readonly type: "idle" };
