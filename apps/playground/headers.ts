/** What a server of the page sends with every file. The page works without them; this is what it then lacks. */
export const headers: Readonly<Record<string, string>> = {
  // Without these two, browsers give the page no shared memory, and ONNX Runtime has one thread.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  // Nothing from elsewhere and nothing sent elsewhere. ONNX Runtime is WebAssembly; the worker that draws noise ahead is a blob.
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:",
};
