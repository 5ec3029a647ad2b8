/// <reference lib="dom" />
// The web worker: ours or jax-js, as the page asks; each is loaded when it is asked for.
import { measure } from "./measure.mjs";

const openers = {
  async ours(work, { threads }) {
    const [{ openTraining }, { networks }, { webPlatform }] = await Promise.all([
      import("../engines/oursTraining.mjs"),
      import("entropy-sgd-training"),
      import("entropy-sgd-training/web"),
    ]);
    const platform = webPlatform({ threads: Number(threads) });
    return openTraining(work, networks[work.network], { platform, threads: Number(threads) });
  },
  async jaxjs(work) {
    const { openTraining } = await import("../engines/jaxjsTraining.mjs");
    // @ts-expect-error: installed with the peers, where the bundler finds it
    const jax = await import("@jax-js/jax");
    await jax.init("wasm");
    jax.defaultDevice("wasm");
    return openTraining(jax, work);
  },
};

addEventListener("message", async ({ data: asked }) => postMessage(await measure(openers[asked.program], asked)));
