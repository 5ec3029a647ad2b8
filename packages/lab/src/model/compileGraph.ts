import { type CompileOptions, compile, type Program, type Value } from "onnx-grad";
import { requireThreads } from "../runs/environment.ts";
import { loadRuntime } from "./loadRuntime.ts";

/** Options of `compileGraph`: those of `compile`, with the runtime given. */
export interface CompileGraphOptions extends Omit<CompileOptions, "ort" | "threads"> {
  /** Threads of one operation; the cores when absent. */
  readonly threads?: number | undefined;
}

/** Compiles a graph for the native runtime. @throws InputError if that cannot be loaded, or for more threads than the cores can use */
export async function compileGraph(
  outputs: Readonly<Record<string, Value>>,
  { threads, ...options }: CompileGraphOptions = {},
): Promise<Program> {
  if (threads !== undefined) requireThreads(threads);
  return compile(outputs, {
    ...options,
    ort: await loadRuntime(),
    ...(threads === undefined ? {} : { threads }),
  });
}
