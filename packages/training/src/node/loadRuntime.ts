/**
 * ONNX Runtime, loaded when a network is first compiled: commands that neither train nor measure need no native library.
 *
 * From 1.30 on its Linux builds carry Microsoft's telemetry: a process that creates a session keeps a database of events in
 * ~/.cache/Microsoft and uploads it. `ORT_DISABLE_TELEMETRY` ends that if it stands in the environment of the process before
 * the library is loaded, which is why the import is dynamic: static ones are evaluated before any statement.
 */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { add, compile, input, type OnnxRuntime } from "onnx-grad";
import { InputError } from "../inputError.ts";

let loaded: Promise<OnnxRuntime> | undefined;

/**
 * The native runtime, which has every device, the same at each call. Its telemetry is off unless the environment sets `ORT_DISABLE_TELEMETRY`
 * otherwise.
 *
 * @throws InputError that says in one line what the platform lacks; or, in a worker thread, whose changes of the environment
 *   native code does not see, that the variable must be set before
 */
export function loadRuntime(): Promise<OnnxRuntime> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<OnnxRuntime> {
  if (!isMainThread && process.env.ORT_DISABLE_TELEMETRY === undefined) {
    throw new InputError(
      "ONNX Runtime sends telemetry unless told not to, and a worker thread cannot tell it: set ORT_DISABLE_TELEMETRY=1 " +
        "in the environment, or process.env.ORT_DISABLE_TELEMETRY in the main thread before the worker starts",
    );
  }
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  const ort = await imported();
  await flushDenormals(ort);
  return ort;
}

async function imported(): Promise<OnnxRuntime> {
  try {
    return (await import("onnxruntime-node")) as unknown as OnnxRuntime;
  } catch (error) {
    throw new InputError(`ONNX Runtime cannot be loaded: ${whyNotLoaded(error, thisPlatform())}`);
  }
}

/**
 * Lets this thread flush denormal numbers, and those that it begins: a thread takes over the mode of the one that begins it. ONNX
 * Runtime sets it for the thread of a process's first session alone (docs/decisions/denormals.md).
 */
async function flushDenormals(ort: OnnxRuntime): Promise<void> {
  const x = input("x", [1]);
  await (await compile({ sum: add(x, x) }, { ort, threads: 1 })).close();
}

/** What decides whether a native library can be loaded. */
export interface Platform {
  /** As Node names system and processor, such as `linux x64`. */
  readonly name: string;
  /** Those that the package brings a library for. */
  readonly supported: readonly string[];
  /** Whether the C library is glibc; of Linux only. */
  readonly glibc: boolean;
}

/** Why the import failed, for a user: one line, with what helps. */
export function whyNotLoaded(error: unknown, { name, supported, glibc }: Platform): string {
  const message = error instanceof Error ? error.message.split("\n")[0]! : String(error);
  if (supported.length === 0)
    return "the package onnxruntime-node is not installed; run npm ci in this repository, npm install onnxruntime-node in a project of your own";
  if (!supported.includes(name)) {
    return `onnxruntime-node has no library for ${name}, only for ${supported.join(", ")}`;
  }
  if (name.startsWith("linux") && !glibc) {
    return `its library for ${name} needs glibc, and this Node runs on another C library, such as Alpine's musl (${message})`;
  }
  const missing = /^(lib[^:]+): cannot open shared object file/.exec(message)?.[1];
  if (missing !== undefined) {
    const help = missing.startsWith("libstdc++") ? " (Debian and Ubuntu: apt-get install libstdc++6)" : "";
    return `the system library ${missing} is missing${help}`;
  }
  const version = /version `([^']+)' not found/.exec(message)?.[1];
  if (version !== undefined) return `the system libraries are too old, ${version} is needed (${message})`;
  return message;
}

function thisPlatform(): Platform {
  // Without it a report asks for the names of network addresses.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return {
    name: `${process.platform} ${process.arch}`,
    supported: supportedPlatforms(),
    glibc: header.glibcVersionRuntime !== undefined,
  };
}

/** What the installed package has libraries for; empty if it is not installed. */
function supportedPlatforms(): string[] {
  try {
    const root = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
    const libraries = join(root, "bin", "napi-v6");
    return readdirSync(libraries).flatMap((system) =>
      readdirSync(join(libraries, system)).map((processor) => `${system} ${processor}`),
    );
  } catch {
    return [];
  }
}
