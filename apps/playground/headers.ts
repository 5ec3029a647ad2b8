/** What a server of the pages sends with every file. The pages work without them; this is what they then lack. */
import type { Plugin } from "vite";

// Nothing from elsewhere and nothing sent elsewhere. ONNX Runtime is WebAssembly; the worker that draws noise ahead is a blob.
const strict =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";

/** The page of replicas and its worker, which alone connect elsewhere: by WebSocket, to an address that the user types. */
const isConnecting = (file: string): boolean => /(^|\/)(replicas\.html|replica\.worker-[\w-]+\.js)$/.test(file);

/** The content security policy of a file of the site. */
const policyOf = (file: string): string => (isConnecting(file) ? `${strict}; connect-src 'self' ws: wss:` : strict);

/** What is sent with a file of the site. */
export const headersOf = (file: string): Readonly<Record<string, string>> => ({
  // Without these two, browsers give the page no shared memory, and ONNX Runtime has one thread.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy": policyOf(file),
});

/** Writes the policy into the built pages too, where it holds on servers that send no headers; and sends headers with what is served. */
export const policy: Plugin = {
  name: "policy",
  transformIndexHtml(_, { path, server }) {
    if (server !== undefined) return [];
    const attrs = { "http-equiv": "Content-Security-Policy", content: policyOf(path) };
    return [{ tag: "meta", attrs, injectTo: "head-prepend" }];
  },
  configurePreviewServer({ middlewares }) {
    middlewares.use((request, response, next) => {
      const file = request.url?.replace(/[?#].*/, "") ?? "";
      for (const [name, value] of Object.entries(headersOf(file))) response.setHeader(name, value);
      next();
    });
  },
};
