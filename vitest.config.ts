import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string): string => fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));
const alias = {
  "entropy-sgd-lab": source("lab"),
  "entropy-sgd": source("entropy-sgd"),
  "onnx-grad": source("onnx-grad"),
};

/** Tests run on the sources, not on the build, so that a stale build cannot pass them. */
export default defineConfig({
  resolve: { alias },
  test: {
    testTimeout: 60_000,
    maxWorkers: 2,
    // Tests of the engine load ONNX Runtime themselves: no telemetry from here either.
    env: { ORT_DISABLE_TELEMETRY: "1" },
    reporters: ["default", "./tools/summaryReporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "packages/*/{src,test}/**/*.test.ts",
            "examples/*.test.ts",
            "bench/**/*.test.ts",
            "faults/**/*.test.ts",
            "tools/coverage/*.test.ts",
          ],
        },
      },
      { extends: true, test: { name: "architecture", include: ["tools/*.test.ts"] } },
    ],
  },
});
