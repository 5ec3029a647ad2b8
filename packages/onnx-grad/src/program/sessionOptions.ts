/** What ONNX Runtime is asked for when a session is created. */
import type { InferenceSession } from "onnxruntime-common";
import { topological } from "../graph/topological.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import type { Device } from "../lowering/dialects.ts";

/** What a program's user chooses of it. */
export interface SessionChoices {
  readonly threads?: number;
  readonly session?: InferenceSession.SessionOptions;
}

/**
 * Where nodes may run; without a fallback a node that the device lacks is an error at the session's creation. Buffers of a size are
 * used again: by default large ones are allocated anew at each run, which took 18 % of All-CNN's gradient and at batch 1,024 more
 * than half (docs/decisions/gpu.md).
 */
const providers: Readonly<Record<Device, InferenceSession.SessionOptions>> = {
  cpu: {},
  webgpu: { executionProviders: [{ name: "webgpu", storageBufferCacheMode: "simple" }] },
};

/** The options of a session that computes `outputs` on `device`. */
export function sessionOptions(
  outputs: readonly Value[],
  device: Device,
  { threads, session }: SessionChoices,
): InferenceSession.SessionOptions {
  return {
    ...providers[device],
    executionMode: "sequential",
    enableMemPattern: bytesOf(outputs) < largestPattern,
    // Errors of a run are thrown; the log would print them a second time.
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    extra: {
      session: {
        // Vanishing softmax probabilities would make denormal numbers, which cost a hundred cycles each.
        set_denormal_as_zero: "1",
        ...(device === "cpu" ? {} : { disable_cpu_ep_fallback: "1" }),
        // Long enough to wait for the next operator, short enough to leave the core to others after the last.
        intra_op: { spin_duration_us: "300" },
      },
    },
    ...session,
  };
}

/**
 * With a memory pattern ONNX Runtime lays out all tensors in one block, a second time beside the one of the first run. Below
 * this many bytes of values that saves time at no cost worth naming; for All-CNN it saved 3 % and took 1.4 GB.
 */
const largestPattern = 2 ** 28;

/** The size of every value of a graph, inputs included. */
function bytesOf(outputs: readonly Value[]): number {
  return topological(outputs).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
}
