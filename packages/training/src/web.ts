/** What training needs of a browser: ONNX Runtime for the web, web workers, saved runs, locks between tabs. */
export { createHash } from "./web/createHash.ts";
export { type FetchMnistOptions, fetchMnist } from "./web/fetchMnist.ts";
export { withRunLock } from "./web/runLock.ts";
export { type FoundSave, type HeldSave, type RunStore, runStore, type SavedRun } from "./web/runStore.ts";
export { type SavedEvents, savedEvents } from "./web/savedEvents.ts";
export { type WebPlatform, type WebPlatformOptions, webPlatform } from "./web/webPlatform.ts";
export type { WasmPaths } from "./web/whyNotStarted.ts";
