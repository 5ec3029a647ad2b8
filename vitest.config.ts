import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { entries, root } from "./tools/workspace.ts";

const alias = entries.map(({ specifier, source }) => ({
  find: new RegExp(`^${specifier}$`),
  replacement: join(root, source),
}));

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
