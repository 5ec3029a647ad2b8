import type { SpawnWorker } from "entropy-sgd/workers";
import type { Device, OnnxRuntime, Program, Value } from "onnx-grad";

/** A graphics processor, `software` where the processor itself computes in its place; or in words why there is none. */
export type WebGpu = { readonly adapter: string; readonly software?: boolean } | { readonly missing: string };

/**
 * What networks are compiled and trained with on some kind of machine: `nodePlatform` of the entry `./node` is Node's,
 * `webPlatform` of the entry `./web` that of pages and web workers.
 */
export interface Platform {
  /** Makes programs itself, in the place of ONNX Runtime, which is then never loaded: `interpreterPlatform`. */
  readonly compile?: (outputs: Readonly<Record<string, Value>>) => Program;
  /**
   * ONNX Runtime for a device, loaded at the first call.
   *
   * @param threads - of one operation, where a number is asked for; on the web they are the runtime's, and all networks'
   * @throws InputError where it cannot be loaded, or have these threads
   */
  loadRuntime(device: Device, threads?: number): Promise<OnnxRuntime>;
  /** The graphics processor that WebGPU gives. */
  webgpu(): Promise<WebGpu>;
  /** Starts a worker that draws noise ahead; null where there are no workers. */
  readonly spawnWorker: SpawnWorker | null;
  /** Cores of the machine: threads of one operation where no number is asked for and the runtime can have them. */
  readonly cores: number;
  /** Whether the runtime writes outputs into bound arrays on the processor, see `CompileOptions.inPlace`. */
  readonly inPlace: boolean;
}
