/** What a server of the page sends with every file. The page works without them; this is what it then lacks. */
import type { Plugin } from "vite";

const contentSecurityPolicy =
  // Nothing from elsewhere and nothing sent elsewhere. ONNX Runtime is WebAssembly; the worker that draws noise ahead is a blob.
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";

export const headers: Readonly<Record<string, string>> = {
  // Without these two, browsers give the page no shared memory, and ONNX Runtime has one thread.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy": contentSecurityPolicy,
};

/** Writes the policy into the built page too: it holds on servers that send no headers. */
export const policy: Plugin = {
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
      injectTo: "head-prepend",
    },
  ],
};
