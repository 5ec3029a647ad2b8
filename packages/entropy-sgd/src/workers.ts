/** Work done by another thread ahead of its use; for hosts that can start one. */
export {
  type NormalsWorker,
  type NormalsWorkerData,
  normalsWorker,
  type SpawnWorker,
} from "./random/normalsAhead.ts";
