/** ONNX Runtime as it is installed. */
import { InputError } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { runtimeVersion } from "./runtimeVersion.ts";

/** Its version and the kinds of device that its library has, or in words why it cannot be loaded. */
export type RuntimeFacts =
  | { readonly version: string; readonly providers: readonly string[] }
  | { readonly missing: string };

/** Loads it. */
export async function runtimeFacts(): Promise<RuntimeFacts> {
  try {
    const runtime = (await nodePlatform.loadRuntime("cpu")) as unknown as typeof import("onnxruntime-node");
    const providers = runtime.listSupportedBackends().filter(({ bundled }) => bundled);
    return { version: runtimeVersion(), providers: providers.map(({ name }) => name) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { missing: error.message };
  }
}
