// What a gradient takes where the parameters are on the device already and the gradient stays there: the time without the copies
// that `lossAndGradient` makes, which says what an optimizer on the device could gain.
import { compile, input, slice } from "onnx-grad";

/** A platform like another, whose sessions are kept with their models and what they were last run with. */
export function watched(platform) {
  const sessions = [];
  const loadRuntime = async (device) => {
    const { InferenceSession, Tensor } = await platform.loadRuntime(device);
    const create = async (model, options) => {
      const session = await InferenceSession.create(model, options);
      /** @type {any} */
      const seen = { model, options, session, feeds: null };
      sessions.push(seen);
      return {
        run(feeds, fetches) {
          seen.feeds = feeds;
          return session.run(feeds, fetches);
        },
        release: () => session.release(),
      };
    };
    return { Tensor, InferenceSession: { create } };
  };
  return { ...platform, loadRuntime, sessions };
}

/**
 * How to run the model's gradient with the parameters on the device and the gradient left there, after a first `lossAndGradient`
 * with the `watched` platform. A run ends when the loss is there, read from the outputs by a program of its own; the outputs before
 * are let go then.
 */
export async function residentGradient({ sessions, loadRuntime }, { layout }, params) {
  const [{ model, options, feeds }] = sessions;
  const ort = await loadRuntime("webgpu");
  const onDevice = /** @type {const} */ ({ preferredOutputLocation: "gpu-buffer" });
  const resident = { ...feeds };
  const loaders = [];
  for (const { name, shape, offset } of layout) {
    loaders.push(await compile({ block: input("block", shape) }, { ort, device: "webgpu", session: onDevice }));
    const length = shape.reduce((product, side) => product * side, 1);
    const block = new ort.Tensor("float32", params.slice(offset, offset + length), shape);
    resident[`input:${name}`] = (await sessions.at(-1).session.run({ "input:block": block }))["output:block"];
  }
  const gradient = await ort.InferenceSession.create(model, { ...options, ...onDevice });
  const numOutputs = 1 + layout.reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
  const reader = await compile({ loss: slice(input("outputs", [numOutputs]), [0], [1]) }, { ort, device: "webgpu" });
  const { session: first } = sessions.at(-1);
  let left = null;
  return {
    async run() {
      const { "output:packed": outputs } = await gradient.run(resident);
      const read = await first.run({ "input:outputs": outputs });
      left?.dispose();
      left = outputs;
      return read["output:loss"].data[0];
    },
    async close() {
      for (const loader of loaders) await loader.close();
      await reader.close();
      await gradient.release();
    },
  };
}
