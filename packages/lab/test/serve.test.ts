/** What the dashboard's server answers about runs on the disk. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunList } from "../src/serve/api.ts";
import { serving } from "./serveHelpers.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";

const folder = temporaryFolder();
writeRun(join(folder, "four", "sgd-1"), { seed: 1 });
writeRun(join(folder, "four", "sgd-2"), { seed: 2, errors: [0.2, 0.07] });
writeRun(join(folder, "adam"), { optimizer: "entropy-sgd", errors: [0.3], result: null });
const server = await serving(folder);

describe("the table", () => {
  test("has a row for each run, with its facts", async () => {
    const { body } = await server.json<RunList>("/api/runs");
    expect(body.runs.map(({ id, status }) => [id, status])).toEqual([
      ["adam", "unfinished"],
      ["four/sgd-1", "ended"],
      ["four/sgd-2", "ended"],
    ]);
    expect(body.runs[1]?.facts).toMatchObject({
      network: "lenet",
      optimizer: "sgd",
      seed: 1,
      gradients: 80,
      totalGradients: 80,
      gradientsPerEpoch: 40,
      effectiveEpochs: 2,
      metric: { name: "error", better: "smaller" },
      test: 0.05,
      trainLoss: 0.05,
      endReason: "budget",
    });
    expect(body.runs[1]?.facts?.group).toBe(body.runs[2]?.facts?.group);
    expect(body.runs[0]?.facts?.group).not.toBe(body.runs[1]?.facts?.group);
  });
});
