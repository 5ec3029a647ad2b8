/** The forms of a graph's operations for each kind of device. */
import type { Dialect } from "./dialect.ts";
import { onnxRuntimeDialect } from "./onnxRuntimeDialect.ts";
import { webgpuDialect } from "./webgpuDialect.ts";

/** What a program runs on: the processor, or a graphics processor by WebGPU. */
export type Device = "cpu" | "webgpu";

/** Which operators a graph is lowered to for a device. */
export const dialects: Readonly<Record<Device, Dialect>> = { cpu: onnxRuntimeDialect, webgpu: webgpuDialect };
