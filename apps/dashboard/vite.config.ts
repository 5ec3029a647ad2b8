// Builds the page into the package that serves it; tools/setup.mjs does so after the packages.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { jsx } from "../jsx.ts";

const here = dirname(fileURLToPath(import.meta.url));

export default defineConfig({
  root: here,
  base: "./",
  ...jsx,
  build: { outDir: join(here, "../../packages/lab/dist/dashboard"), emptyOutDir: true, target: "es2022" },
});
