import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { entries, root } from "./tools/workspace.ts";

const alias = entries.map(({ specifier, source }) => ({
  find: new RegExp(`^${specifier}$`),
  replacement: join(root, source),
}));

/** Of tests that start programs of their own: after the others. */
const programs = { sequence: { groupOrder: 1 }, testTimeout: 300_000 };
/** Of those that take every core, or look at frames: one file at a time, in the end. */
const alone = { ...programs, sequence: { groupOrder: 2 }, fileParallelism: false, maxWorkers: 1 };
const smooth = ["tools/packages/playground-{lenet,plane,site}.test.ts"];

/** The files that take longest, in a project the first to begin: begun last, they would leave a core with nothing to do. */
const isLong = ({ moduleId }: TestSpecification): boolean =>
  /\/(faults|chromium|nodeVersions|playground-replicas)\.test\.ts$/.test(moduleId);

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    const within = projects.map((project) => sorted.filter((file) => file.project === project));
    return within.flatMap((own) => [...own.filter(isLong), ...own.filter((file) => !isLong(file))]);
  }
}

/** Tests run on the sources, not on the build, so that a stale build cannot pass them. */
export default defineConfig({
  resolve: { alias },
  test: {
    testTimeout: 60_000,
    // What is waited for takes its time where other programs compute.
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
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
            "apps/*/src/**/*.test.ts",
            "examples/*.test.ts",
            "bench/**/*.test.ts",
            "faults/**/*.test.ts",
            "tools/coverage/*.test.ts",
          ],
        },
      },
      // They read every source, which takes a minute where other programs compute.
      { extends: true, test: { name: "architecture", include: ["tools/*.test.ts"], testTimeout: 300_000 } },
      {
        extends: true,
        test: { name: "packages", include: ["tools/packages/*.test.ts"], exclude: smooth, ...programs },
      },
      { extends: true, test: { name: "frames", include: smooth, ...alone } },
      {
        extends: true,
        test: { name: "long", include: ["tools/packages/long/*.test.ts", "packages/*/test/**/*.long.ts"], ...alone },
      },
    ],
  },
});
