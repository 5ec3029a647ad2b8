import { existsSync } from "node:fs";
import { basename } from "node:path";
import { add, compile, input, type OnnxRuntime } from "onnx-grad";
import type { WebGpu } from "../model/platform.ts";
import { cardNames } from "./cardNames.ts";
import { loadRuntime } from "./loadRuntime.ts";
import { type VulkanFacts, vulkanFacts } from "./vulkanFacts.ts";

let found: Promise<WebGpu> | undefined;

/** Whether ONNX Runtime gets a graphics processor through WebGPU, the same answer at each call: a sum is computed there. */
export function webgpu(): Promise<WebGpu> {
  found ??= find();
  return found;
}

async function find(): Promise<WebGpu> {
  const ort = await loadRuntime();
  try {
    await computeSum(ort);
  } catch (error) {
    return { missing: whyMissing(error, vulkanFacts()) };
  }
  return adapterOf(vulkanFacts(), cardNames());
}

/** @throws what ONNX Runtime throws where it finds no adapter, or the adapter does not compute */
async function computeSum(ort: OnnxRuntime): Promise<void> {
  const x = input("x", [1]);
  const program = await compile({ sum: add(x, x) }, { ort, device: "webgpu" });
  try {
    const sum = new Float32Array(1);
    program.bindInput("x", Float32Array.of(2));
    program.bindOutput("sum", sum);
    await program.run();
    if (sum[0] !== 4) throw new Error(`its driver computes 2 + 2 = ${sum[0]}`);
  } finally {
    await program.close();
  }
}

/** Drivers that compute on the processor. */
const softwareDrivers = /swiftshader|lvp|llvmpipe/;

/** The graphics processor, which ONNX Runtime does not name, by what the system says. @param vulkan - null except on Linux */
export function adapterOf(vulkan: VulkanFacts | null, cards: readonly string[]): WebGpu {
  if (vulkan === null) return { adapter: "the system's graphics processor" };
  const isSoftware = vulkan.cards.length === 0 || vulkan.drivers.every((file) => softwareDrivers.test(basename(file)));
  if (isSoftware && vulkan.drivers.length > 0) {
    const names = vulkan.drivers.map((file) => basename(file)).join(", ");
    return { adapter: `a driver in software (${names})`, software: true };
  }
  return { adapter: cards.length === 0 ? "a graphics card without a name" : cards.join(" or ") };
}

/** The runtime's reason in words that help. @param vulkan - null except on Linux */
export function whyMissing(error: unknown, vulkan: VulkanFacts | null): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes("WebGPU adapter")) return message.split("\n")[0]!;
  if (vulkan === null) return "no graphics processor has a driver for Metal or Direct3D 12";
  const { loader, drivers, cards } = vulkan;
  if (loader === null) {
    return "Vulkan's loader, libvulkan.so.1, is not installed (Debian and Ubuntu: apt-get install libvulkan1; Fedora: dnf install vulkan-loader)";
  }
  if (drivers.length === 0) {
    return "no driver for Vulkan is installed (NVIDIA: the card's driver with its graphics libraries; AMD and Intel: mesa-vulkan-drivers)";
  }
  const absent = drivers.find((file) => !existsSync(file));
  if (absent !== undefined) return `VK_DRIVER_FILES names ${absent}, which is not there`;
  const names = drivers.map((file) => basename(file)).join(", ");
  if (cards.length === 0)
    return `the drivers for Vulkan (${names}) have no graphics card: none of /dev/nvidia*, /dev/dri/render*`;
  return `the drivers for Vulkan (${names}) give no adapter for ${cards.join(", ")}`;
}
