import { add, compile, input } from "onnx-grad";
import type { WebGpu } from "../model/platform.ts";
import { loadRuntime } from "./loadRuntime.ts";

let found: Promise<WebGpu> | undefined;

/** Whether ONNX Runtime gets a graphics processor through WebGPU, the same answer at each call: a sum is computed there. */
export function webgpu(): Promise<WebGpu> {
  found ??= find();
  return found;
}

async function find(): Promise<WebGpu> {
  const ort = await loadRuntime();
  const x = input("x", [1]);
  try {
    const program = await compile({ sum: add(x, x) }, { ort, device: "webgpu" });
    await program.close();
    return { adapter: "a WebGPU adapter" };
  } catch (error) {
    return { missing: whyMissing(error) };
  }
}

/** The runtime's reason in words that help. */
function whyMissing(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("WebGPU adapter")) return "no graphics processor has a driver for Vulkan, Metal or Direct3D 12";
  return message.split("\n")[0]!;
}
