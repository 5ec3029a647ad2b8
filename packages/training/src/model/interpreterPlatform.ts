/** Small networks without ONNX Runtime: in pages that load nothing, and where nothing can be installed. */
import { interpret } from "onnx-grad";
import { InputError } from "../inputError.ts";
import type { Platform } from "./platform.ts";

const missing = "the interpreter computes on the processor";

/**
 * The platform whose programs are the interpreter's, `interpret` of onnx-grad: float64 arithmetic between float32 weights and
 * gradients, one thread, nothing loaded. For networks of some thousand weights; larger ones are several hundred times as fast on
 * ONNX Runtime.
 *
 * @example
 * ```ts
 * import { compileNetwork, interpreterPlatform, networks } from "entropy-sgd-training";
 * const model = await compileNetwork(networks["mlp-49-16-10"]!, { platform: interpreterPlatform, batchSize: 20 });
 * model.numParams; // => 970
 * ```
 */
export const interpreterPlatform: Platform = {
  compile: interpret,
  async loadRuntime() {
    throw new InputError({ name: "platform", rule: "must have a runtime; the interpreter's has none" });
  },
  webgpu: async () => ({ missing }),
  spawnWorker: null,
  cores: 1,
  inPlace: false,
};
