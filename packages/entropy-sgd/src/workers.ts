/** Work done by another thread ahead of its use; for hosts that can start one. */
export { normalsWorker } from "./random/normalsWorker.ts";
export type { NormalsWorker, SpawnedWorker, SpawnWorker } from "./random/workers.ts";
