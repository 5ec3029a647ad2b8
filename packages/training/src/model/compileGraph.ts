import { type CompileOptions, compile, type Device, type Program, type Value } from "onnx-grad";
import { InputError } from "../inputError.ts";
import type { Platform } from "./platform.ts";

/** Options of `compileGraph`: those of `compile`, with the runtime of a platform. */
export interface CompileGraphOptions extends Omit<CompileOptions, "ort" | "device" | "threads"> {
  readonly platform: Platform;
  /** What runs it; `cpu` when absent. */
  readonly device?: Device | undefined;
  /** Threads of one operation; the cores when absent. */
  readonly threads?: number | undefined;
  /** Asks for outputs in place, where the platform and the device have them. */
  readonly inPlace?: boolean;
}

/** Compiles a graph. @throws InputError if the runtime cannot be loaded, or for more threads than the cores can use */
export async function compileGraph(
  outputs: Readonly<Record<string, Value>>,
  { platform, threads, device = "cpu", inPlace = false, ...options }: CompileGraphOptions,
): Promise<Program> {
  if (threads !== undefined) requireThreads(threads, platform);
  if (platform.compile !== undefined) return platform.compile(outputs);
  return compile(outputs, {
    ...options,
    ort: await platform.loadRuntime(device, threads),
    device,
    inPlace: inPlace && device === "cpu" && platform.inPlace,
    ...(threads === undefined ? {} : { threads }),
  });
}

/** Threads for each core at most: more only wait for one another, and each takes memory. */
const maxThreadsPerCore = 4;

/**
 * Checks a number of threads against the cores.
 *
 * @throws InputError that says the largest number
 */
export function requireThreads(threads: number, { cores }: Platform): void {
  const most = maxThreadsPerCore * cores;
  if (threads <= most) return;
  const rule = `must be at most ${most}, ${maxThreadsPerCore} for each core`;
  throw new InputError({ name: "threads", rule, value: threads });
}
