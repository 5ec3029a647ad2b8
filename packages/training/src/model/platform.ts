import type { SpawnWorker } from "entropy-sgd/workers";
import type { OnnxRuntime } from "onnx-grad";

/** What networks are compiled and trained with on some kind of machine; `nodePlatform` of the entry `./node` is Node's. */
export interface Platform {
  /** ONNX Runtime, loaded at the first call. */
  loadRuntime(): Promise<OnnxRuntime>;
  /** Starts a worker that draws noise ahead; null where there are no workers. */
  readonly spawnWorker: SpawnWorker | null;
  /** Threads of one operation where no number is asked for. */
  readonly cores: number;
}
