// Builds the site (`npm run build:playground`) and serves it (`npm run playground`).
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { jsx } from "../jsx.ts";
import { committedFindings } from "./committedFindings.ts";
import { digits } from "./digits.ts";
import { downloads } from "./downloads.ts";
import { formulas } from "./formulas.ts";
import { policy } from "./headers.ts";
import { offline } from "./offline/plugin.ts";

const here = dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  root: here,
  // Any folder of any static server.
  base: "./",
  ...jsx,
  plugins: [formulas, downloads, committedFindings, digits, policy, offline],
  worker: {
    format: "es",
    // Each worker is bundled by itself. With its CommonJS apart, the bundler's helpers for it are in a file of their own too, not in the
    // worker's: ONNX Runtime's file, which imports one of them, is then the same for all workers and is in the site once.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "protobufjs", test: /node_modules[\\/]protobufjs[\\/]/ }] } },
    },
  },
  build: {
    emptyOutDir: true,
    target: "es2022",
    rolldownOptions: { input: ["index.html", "replicas.html"].map((page) => join(here, page)) },
  },
  preview: { host: "127.0.0.1" },
});
