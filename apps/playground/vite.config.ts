// Builds the site (`npm run build:playground`) and serves it (`npm run playground`).
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { jsx } from "../jsx.ts";
import { formulas } from "./formulas.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** What a server of the page may send; without the first two ONNX Runtime has one thread. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  // Nothing from elsewhere and nothing sent elsewhere. ONNX Runtime is WebAssembly; the worker that draws noise ahead is a blob.
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:",
};

export default defineConfig({
  root: here,
  // Any folder of any static server.
  base: "./",
  ...jsx,
  plugins: [formulas],
  worker: { format: "es" },
  build: { emptyOutDir: true, target: "es2022" },
  preview: { host: "127.0.0.1", headers },
});
