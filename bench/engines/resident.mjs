// What a gradient takes where the parameters are on the device already and the gradient stays there: the time without the copies
// that `lossAndGradient` makes, which says what an optimizer on the device could gain.
import { compile, input } from "onnx-grad";

/** All have words of 4 bytes. */
const bytesOf = (tensors) => Object.values(tensors).reduce((sum, { size }) => sum + 4 * size, 0);

/** A platform like another, whose sessions are kept with their models, what they were last run with and the bytes of it and of what came. */
export function watched(platform) {
  const sessions = [];
  const loadRuntime = async (device) => {
    const { InferenceSession, Tensor } = await platform.loadRuntime(device);
    const create = async (model, options) => {
      const session = await InferenceSession.create(model, options);
      /** @type {any} */
      const seen = { model, options, session, feeds: null, bytes: null };
      sessions.push(seen);
      return {
        async run(feeds, fetches) {
          seen.feeds = feeds;
          const results = await session.run(feeds, fetches);
          seen.bytes ??= { toDevice: bytesOf(feeds), fromDevice: bytesOf(results) };
          return results;
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
 * with the `watched` platform. A run ends when the loss is there; the gradient before it is let go then.
 */
export async function residentGradient({ sessions, loadRuntime }, { layout }, params) {
  const [{ model, options, feeds }] = sessions;
  const ort = await loadRuntime("webgpu");
  const session = { preferredOutputLocation: /** @type {const} */ ("gpu-buffer") };
  const blocks = Object.fromEntries(layout.map(({ name, shape }) => [name, input(name, shape)]));
  const loader = await compile(blocks, { ort, device: "webgpu", session });
  const upload = sessions.at(-1).session;
  const onDevice = await upload.run(
    Object.fromEntries(
      layout.map(({ name, shape, offset }) => {
        const length = shape.reduce((product, side) => product * side, 1);
        return [`input:${name}`, new ort.Tensor("float32", params.slice(offset, offset + length), shape)];
      }),
    ),
  );
  const resident = { ...feeds };
  for (const { name } of layout) resident[`input:${name}`] = onDevice[`output:${name}`];
  const names = sessions[0].session.outputNames;
  const location = Object.fromEntries(names.map((name) => [name, name === "output:loss" ? "cpu" : "gpu-buffer"]));
  const gradient = await ort.InferenceSession.create(model, { ...options, preferredOutputLocation: location });
  let left = null;
  return {
    async run() {
      const results = await gradient.run(resident);
      for (const name of names) if (left !== null && name !== "output:loss") left[name].dispose();
      left = results;
      return results["output:loss"].data[0];
    },
    async close() {
      await loader.close();
      await gradient.release();
    },
  };
}
