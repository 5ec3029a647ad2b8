import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { InputError } from "../inputError.ts";
import type { Platform } from "../model/platform.ts";
import { loadRuntime } from "./loadRuntime.ts";
import { spawnWorker } from "./spawnWorker.ts";
import { webgpu } from "./webgpu.ts";
import { type WebScope, webScope } from "./webScope.ts";
import { requireWasmPaths, type WasmPaths } from "./whyNotStarted.ts";

/** Options of `webPlatform`. */
export interface WebPlatformOptions {
  /**
   * Where onnxruntime-web's files `ort-wasm-simd-threaded.*` are served, as its own `env.wasm.wasmPaths` takes it. When absent
   * they are where the bundler put them: vite does so by itself; esbuild does not, and needs this.
   */
  readonly wasmPaths?: WasmPaths;
  /**
   * Threads of one operation. When absent as many as the browser names cores where the page is cross-origin isolated, else
   * one. Results repeat to the bit for a fixed number.
   */
  readonly threads?: number;
}

/** The platform of a page or a web worker. */
export interface WebPlatform extends Platform {
  /** Threads of one operation, the calling one counted. */
  readonly threads: number;
}

/**
 * A page or a web worker with onnxruntime-web, which is loaded when the first network is compiled. SIMD always; threads where
 * the page is cross-origin isolated.
 *
 * @throws InputError for more than one thread where the page is not isolated, and wasmPaths that are no addresses
 * @example
 * ```ts
 * import { webPlatform } from "entropy-sgd-training/web";
 * webPlatform({ threads: 1 }).threads; // => 1
 * ```
 */
export function webPlatform(options: WebPlatformOptions = {}): WebPlatform {
  requireKnownOptions("webPlatform", known, options);
  const { wasmPaths } = options;
  if (wasmPaths !== undefined) requireWasmPaths(wasmPaths);
  const cores = options.threads ?? webScope.navigator?.hardwareConcurrency ?? 1;
  const threads = options.threads ?? (webScope.crossOriginIsolated === true ? cores : 1);
  requireThreads(threads, webScope);
  return {
    async loadRuntime(device, asked = threads) {
      requireThreads(asked, webScope);
      return loadRuntime(device, { threads: asked, ...(wasmPaths === undefined ? {} : { wasmPaths }) });
    },
    webgpu: () => webgpu(),
    spawnWorker,
    cores,
    threads,
    inPlace: false,
  };
}

const known: KnownOptions<WebPlatformOptions> = { wasmPaths: true, threads: true };

function requireThreads(threads: number, { crossOriginIsolated }: WebScope): void {
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new InputError({ name: "threads", rule: "must be a positive integer", value: threads });
  }
  if (threads === 1 || crossOriginIsolated === true) return;
  const rule =
    "must be 1, the page is not cross-origin isolated: threads need its server to send " +
    "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
  throw new InputError({ name: "threads", rule, value: threads });
}
