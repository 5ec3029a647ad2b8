import { arch, availableParallelism, cpus, platform } from "node:os";
import type { Device } from "onnx-grad";
import { z } from "zod";
import { runtimeVersion } from "../machine/runtimeVersion.ts";

/** Machine and versions, on which the bits of a run depend beside its settings. */
export interface Environment {
  readonly node: string;
  readonly onnxRuntime: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** Threads of one operation. */
  readonly threads: number;
  /** What computes losses and gradients. */
  readonly device: Device;
  /** ONNX Runtime's name of what computes for the device. */
  readonly provider: string;
  /** The graphics processor, as far as it says its name; null on the processor. */
  readonly adapter: string | null;
}

/** A device and, of a graphics processor, its name. */
export type UsedDevice = Pick<Environment, "device" | "adapter">;

/** ONNX Runtime's execution providers. */
const providers: Readonly<Record<Device, string>> = { cpu: "CPUExecutionProvider", webgpu: "WebGpuExecutionProvider" };

/** What the runs of earlier versions used, which do not say it. */
const processor: UsedDevice = { device: "cpu", adapter: null };

/** The rule of an environment in config.json. */
export const environmentSchema: z.ZodType<Environment> = z.object({
  node: z.string(),
  onnxRuntime: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.number(),
  threads: z.number(),
  device: z.enum(["cpu", "webgpu"]).default(processor.device),
  provider: z.string().default(providers.cpu),
  adapter: z.string().nullable().default(processor.adapter),
});

/** This machine, with the number of threads of one operation, and the device; the processor when absent. */
export function currentEnvironment(threads: number | null, used: UsedDevice = processor): Environment {
  return {
    node: process.version,
    onnxRuntime: runtimeVersion(),
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    threads: threads ?? availableParallelism(),
    device: used.device,
    provider: providers[used.device],
    adapter: used.adapter,
  };
}

/** Names and values, as tables show them: what there is none of is left out. */
export function environmentPairs(environment: Environment): [string, string][] {
  return Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, String(value)]],
  );
}

/** The differences between two environments on which the bits of a run depend, in words. */
export function changesOfBits(before: Environment, now: Environment): string[] {
  const parts = [
    ["processor", before.processor, now.processor],
    ["ONNX Runtime", before.onnxRuntime, now.onnxRuntime],
    ["threads", before.threads, now.threads],
    ["device", before.device, now.device],
    ["graphics processor", before.adapter ?? "none", now.adapter ?? "none"],
    ["platform", before.platform, now.platform],
  ] as const;
  return parts
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name}: was ${was}, is ${is}; the bits of the run may differ from here on`);
}
