/// <reference lib="dom" />
// The page: runs the engine that its address names; `window.measured` is what it measured, or the reason why not.
import { openTraining } from "../engines/tfjsTraining.mjs";
import { measure } from "./measure.mjs";

const asked = Object.fromEntries(new URLSearchParams(location.search));
Object.assign(window, { measured: asked.program === "tfjs" ? measure(tfjs, asked) : inWorker() });

/** As its documentation has it: scripts in the page. Bundled, its wasm backend cannot start its threads. */
async function tfjs(work, { backend }) {
  for (const file of ["tf.min.js", "tf-backend-wasm.min.js"]) await loaded(`/tfjs/${file}`);
  const { tf } = /** @type {any} */ (window);
  tf.enableProdMode();
  tf.wasm.setWasmPaths("/tfjs/");
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  return openTraining(tf, work);
}

function loaded(src) {
  const script = Object.assign(document.createElement("script"), { src });
  return new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${src} cannot be loaded`));
    document.head.append(script);
  });
}

function inWorker() {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
  worker.postMessage(asked);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ reason: `throws: ${message}` });
  });
}
