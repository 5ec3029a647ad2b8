/** What training needs of a browser: ONNX Runtime for the web, web workers, locks between tabs. */
export { withRunLock } from "./web/runLock.ts";
export { type WebPlatformOptions, webPlatform } from "./web/webPlatform.ts";
export type { WasmPaths } from "./web/whyNotStarted.ts";
