import { arch, availableParallelism, cpus, platform } from "node:os";
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
}

/** The rule of an environment in config.json. */
export const environmentSchema: z.ZodType<Environment> = z.object({
  node: z.string(),
  onnxRuntime: z.string(),
  platform: z.string(),
  processor: z.string(),
  cores: z.number(),
  threads: z.number(),
});

/** This machine, with the number of threads of one operation. */
export function currentEnvironment(threads: number | null): Environment {
  return {
    node: process.version,
    onnxRuntime: runtimeVersion(),
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    threads: threads ?? availableParallelism(),
  };
}

/** The differences between two environments on which the bits of a run depend, in words. */
export function changesOfBits(before: Environment, now: Environment): string[] {
  const parts = [
    ["processor", before.processor, now.processor],
    ["ONNX Runtime", before.onnxRuntime, now.onnxRuntime],
    ["threads", before.threads, now.threads],
    ["platform", before.platform, now.platform],
  ] as const;
  return parts
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name}: was ${was}, is ${is}; the bits of the run may differ from here on`);
}
