import type { Device } from "onnx-grad";
import { InputError } from "../inputError.ts";
import { printable } from "../printable.ts";
import { type WebScope, webScope } from "./webScope.ts";

/** Where the files of ONNX Runtime are, as its `env.wasm.wasmPaths` takes it: the folder's address, or that of each file. */
export type WasmPaths = string | { readonly wasm?: string; readonly mjs?: string };

/** The files that onnxruntime-web loads for a device: the first, which loads the second, and the second. */
const files: Readonly<Record<Device, readonly [mjs: string, wasm: string]>> = {
  cpu: ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"],
  webgpu: ["ort-wasm-simd-threaded.asyncify.mjs", "ort-wasm-simd-threaded.asyncify.wasm"],
};

/** Checked first: ONNX Runtime takes what is no address for no place at all, and puts the files' names behind a folder's as it is. */
export function requireWasmPaths(paths: unknown): void {
  const addresses = typeof paths === "string" ? [paths] : Object.values(Object(paths));
  const begin = addresses.every(
    (address) => typeof address === "string" && /^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(address),
  );
  const named = Object.keys(Object(paths)).every((name) => name === "mjs" || name === "wasm");
  if (begin && (typeof paths === "string" ? paths.endsWith("/") : named && addresses.length > 0)) return;
  const rule =
    "must be the address of a folder with its final slash, such as /ort/, or { mjs, wasm } with that of each file; " +
    "addresses begin with /, ./, ../ or a scheme such as https:";
  throw new InputError({ path: "webPlatform", name: "wasmPaths", rule, value: paths });
}

/** The error of a start of ONNX Runtime, which says itself neither which file it missed nor how the server answered. */
export async function whyNotStarted(
  error: unknown,
  device: Device,
  wasmPaths: WasmPaths | undefined,
  scope: WebScope = webScope,
): Promise<InputError> {
  for (const address of addressesOf(device, wasmPaths)) {
    const fault = await faultOf(address, scope);
    if (fault !== null) return new InputError({ path, name: "wasmPaths", rule: `${address} ${fault}` });
  }
  const reason = printable(error instanceof Error ? error.message : String(error));
  if (wasmPaths !== undefined) return new InputError({ path, rule: reason });
  const rule = `must say where ${files[device][1]} of onnxruntime-web is served, unless a bundler has put it where it is looked for (${reason})`;
  return new InputError({ path, name: "wasmPaths", rule });
}

const path = "ONNX Runtime cannot be started";

function addressesOf(device: Device, wasmPaths: WasmPaths | undefined): string[] {
  if (typeof wasmPaths === "string") return files[device].map((file) => wasmPaths + file);
  return [wasmPaths?.mjs, wasmPaths?.wasm].filter((address) => address !== undefined);
}

/** What is wrong with the server's answer for a file of ONNX Runtime; null for nothing. */
async function faultOf(address: string, { fetch }: WebScope): Promise<string | null> {
  const answer = await fetch(address).catch(() => null);
  if (answer === null) return "gets no answer: no server, or the page's content security policy forbids connect-src";
  if (!answer.ok) return `is not there: the server answers with status ${answer.status}`;
  const type = answer.headers.get("Content-Type") ?? "nothing";
  if (/wasm|javascript/.test(type)) return null;
  return `is served as ${type}, perhaps a page in its place; it must be application/wasm, or text/javascript of an .mjs`;
}
