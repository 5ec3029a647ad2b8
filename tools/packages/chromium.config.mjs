// The library's unit tests in Chromium: `npx vitest run --config tools/packages/chromium.config.mjs`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { root } from "../workspace.ts";
import { executablePath, flags } from "./chromiumFlags.mjs";

const library = join(root, "packages/entropy-sgd");

// Tests that read fixtures from disk stay in Node.
const usesNode = readdirSync(library, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && readFileSync(join(library, file), "utf8").includes('from "node:'))
  .map((file) => `**/${file}`);

export default defineConfig({
  root: library,
  cacheDir: join(root, "node_modules/.cache/vitest-chromium"),
  optimizeDeps: { include: ["fast-check", "@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"] },
  // The wasm files of TensorFlow.js, at the root of the page's origin.
  publicDir: join(root, "node_modules/@tensorflow/tfjs-backend-wasm/dist"),
  test: {
    include: ["{src,test}/**/*.test.ts"],
    exclude: usesNode,
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath,
          args: flags,
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
