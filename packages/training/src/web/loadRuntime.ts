/**
 * ONNX Runtime for the web, loaded when a network is first compiled: its WebAssembly file has 14 MB, with WebGPU 27 MB.
 *
 * Its flags are global and read once, when its first session is created.
 */
import { add, compile, type Device, input, type OnnxRuntime } from "onnx-grad";
import { InputError } from "../inputError.ts";
import { type WebScope, webScope } from "./webScope.ts";
import { type WasmPaths, whyNotStarted } from "./whyNotStarted.ts";
import { withTurns } from "./withTurns.ts";

/** What is set of ONNX Runtime before its first session. */
export interface RuntimeFlags {
  readonly wasmPaths?: WasmPaths;
  readonly threads: number;
}

/** The module of ONNX Runtime. */
interface WebRuntime extends OnnxRuntime {
  readonly env: { readonly wasm: { numThreads?: number; wasmPaths?: unknown } };
}

/** Each bundler sees a constant name and makes of it a file of its own, which is loaded when it is asked for. */
const modules: Readonly<Record<Device, () => Promise<unknown>>> = {
  cpu: () => import("onnxruntime-web/wasm"),
  webgpu: () => import("onnxruntime-web/webgpu"),
};

const loaded = new Map<Device, { readonly runtime: Promise<OnnxRuntime>; readonly threads: number }>();

/**
 * The runtime for a device, the same at each call; one that cannot be started cannot be until the page is loaded again.
 *
 * @throws InputError where WebAssembly is forbidden or its file cannot be used; for other threads than it has by now
 */
export function loadRuntime(device: Device, flags: RuntimeFlags): Promise<OnnxRuntime> {
  const before = loaded.get(device);
  if (before !== undefined && before.threads !== flags.threads) {
    const rule = `ONNX Runtime works with ${before.threads} until the page is loaded again`;
    return Promise.reject(new InputError({ name: "threads", rule, value: flags.threads }));
  }
  const entry = before ?? { runtime: start(device, flags), threads: flags.threads };
  loaded.set(device, entry);
  return entry.runtime;
}

/** Loads the module and makes a session, which is when it loads its WebAssembly file and starts its threads. */
async function start(device: Device, { wasmPaths, threads }: RuntimeFlags): Promise<OnnxRuntime> {
  requireWebAssembly();
  try {
    const ort = (await modules[device]()) as WebRuntime;
    ort.env.wasm.numThreads = threads;
    if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
    const x = input("x", [1]);
    const program = await compile({ sum: add(x, x) }, { ort, device });
    await program.close();
    return withTurns(ort);
  } catch (error) {
    throw await whyNotStarted(error, device, wasmPaths);
  }
}

/** @throws InputError where there is no WebAssembly, or a content security policy forbids to compile it */
export function requireWebAssembly({ WebAssembly }: WebScope = webScope): void {
  if (WebAssembly === undefined) {
    const rule = "needs WebAssembly, which this browser does not have or has turned off";
    throw new InputError({ path: "ONNX Runtime", rule });
  }
  try {
    // The empty module.
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  } catch {
    const rule = "must allow 'wasm-unsafe-eval' in its script-src, ONNX Runtime is WebAssembly";
    throw new InputError({ path: "ONNX Runtime", name: "the page's content security policy", rule });
  }
}
