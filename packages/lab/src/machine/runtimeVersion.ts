import { createRequire } from "node:module";

/** The version of ONNX Runtime that is installed. */
export function runtimeVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}
