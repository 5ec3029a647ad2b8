import { availableParallelism } from "node:os";
import type { Platform } from "../model/platform.ts";
import { loadRuntime } from "./loadRuntime.ts";
import { spawnWorker } from "./spawnWorker.ts";
import { webgpu } from "./webgpu.ts";

/** Node with onnxruntime-node and worker threads. */
export const nodePlatform: Platform = {
  loadRuntime,
  webgpu,
  spawnWorker,
  cores: availableParallelism(),
  inPlace: true,
};
