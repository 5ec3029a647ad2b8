/// <reference lib="dom" />
// What is measured of an engine, in the page or in its web worker.
import { measured } from "../engines/repeated.mjs";

/** Browsers compile WebAssembly twice, quickly and, in the background while it runs, well. */
const warmUpMs = 3_000;

/** Times of the engine that `open` makes of the work under the server's work/; or the reason why there are none. */
export async function measure(open, asked) {
  try {
    const work = await fetchedWork();
    const seconds = Number(asked.seconds);
    const begun = performance.now();
    const task = await open(work, asked);
    const loss = await task.lossAndGradient();
    const startupMs = performance.now() - begun;
    const end = performance.now() + warmUpMs;
    while (performance.now() < end) await task.lossAndGradient();
    const gradientMs = await measured(seconds, task.lossAndGradient);
    const updateMs = await measured(seconds, task.update);
    const stepMs = await measured(seconds, task.step);
    return { isolated: crossOriginIsolated, loss, startupMs, gradientMs, updateMs, stepMs };
  } catch (error) {
    return { reason: `throws: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function fetchedWork() {
  const part = (name) => fetch(new URL(`/work/${name}`, location.href));
  const floats = async (name) => new Float32Array(await (await part(name)).arrayBuffer());
  const described = /** @type {object} */ (await (await part("work.json")).json());
  return {
    ...described,
    ...{ weights: await floats("weights.bin"), inputs: await floats("inputs.bin") },
    labels: new Int32Array(await (await part("labels.bin")).arrayBuffer()),
  };
}
