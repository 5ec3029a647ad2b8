import type { Device } from "onnx-grad";
import type { Task } from "../tasks/task.ts";
import type { Platform } from "./platform.ts";

/** How the passes of an evaluation are compiled. */
export interface EvaluationOptions {
  readonly platform: Platform;
  /** What they run on; `cpu` when absent. */
  readonly device?: Device | undefined;
  /** Scores outputs; classification when absent. */
  readonly task?: Task;
  /** Dropout rate, which decides where masks would enter; they are off. */
  readonly dropout: number;
  readonly threads: number | undefined;
}
