/** The backends of TensorFlow.js that its adapter is tested with, in Node and in Chromium. */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export const backends = ["cpu", "wasm"] as const;

const here = new URL(import.meta.url);
const files = "../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/";
// In Chromium the root of the page's origin has them (tools/packages/chromium.config.mjs).
setWasmPaths(here.protocol === "file:" ? new URL(files, here).pathname : new URL("/", here).href);

/** Makes a backend the one in use. */
export async function use(backend: (typeof backends)[number]): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
}
