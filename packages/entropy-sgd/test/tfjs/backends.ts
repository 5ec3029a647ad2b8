/** The backends of TensorFlow.js that its adapter is tested with. */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export const backends = ["cpu", "wasm"] as const;

/** Makes a backend the one in use. */
export async function use(backend: (typeof backends)[number]): Promise<void> {
  const files = new URL("../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
  setWasmPaths(files.protocol === "file:" ? files.pathname : files.href);
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
}
