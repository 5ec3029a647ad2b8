/** What the dashboard's server answers for filters, and for tables of results. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CompareAnswer, FieldList } from "../src/serve/api.ts";
import { serving } from "./serveHelpers.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";

const folder = temporaryFolder();
writeRun(join(folder, "sgd-1"), { seed: 1, errors: [0.2, 0.05] });
writeRun(join(folder, "sgd-2"), { seed: 2, errors: [0.2, 0.07] });
writeRun(join(folder, "sgd-3"), { seed: 3, errors: [0.3], result: null });
const server = await serving(folder);

test("every run has a flat record with its settings and results", async () => {
  const { body } = await server.json<FieldList>("/api/fields");
  expect(body.runs.map(({ id }) => id)).toEqual(["sgd-1", "sgd-2", "sgd-3"]);
  expect(body.runs[1]!.fields).toMatchObject({
    name: "sgd-2",
    seed: 2,
    batchSize: expect.any(Number),
    testError: 0.07,
  });
  expect(body.runs[1]!.fields).toHaveProperty("learningRate");
});

test("a comparison has what its groups came to, over the chosen runs that ended", async () => {
  const { body } = await server.json<CompareAnswer>("/api/compare?run=sgd-1&run=sgd-2&run=sgd-3");
  const { results, seeds } = body.comparisons[0]!.groups[0]!;
  expect(seeds).toEqual([1, 2, 3]);
  // The deviation of 0.05 and 0.07 from 0.06, with one degree of freedom.
  expect(results.test).toEqual({ mean: expect.closeTo(0.06, 12), sd: expect.closeTo(Math.SQRT2 * 0.01, 12), n: 2 });
  const one = await server.json<CompareAnswer>("/api/compare?run=sgd-1&run=sgd-3");
  expect(one.body.comparisons[0]!.groups[0]!.results.test).toMatchObject({ mean: 0.05, sd: null, n: 1 });
});
