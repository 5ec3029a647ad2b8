/** The work on a folder of runs grows with their number, not with its square: counted in looks at their settings. */
import { describe, expect, test } from "vitest";
import { groupTable } from "../src/commands/runsGroups.ts";
import { comparisonsOf } from "../src/runs/compareRuns.ts";
import { groupRuns, type ReadableRun } from "../src/runs/groupRuns.ts";
import { recordOf } from "./testRecords.ts";

const base = recordOf("sgd", 1, [0.1, 0.05]);

/** So many runs, made by `change`, and how often settings were looked at. */
function counted(numRuns: number, change: (i: number) => Partial<(typeof base)["settings"]>) {
  let looks = 0;
  const runs = Array.from({ length: numRuns }, (_, i): ReadableRun => {
    const { environment, start, evaluations, result, seal } = base;
    const settings = { ...base.settings, ...change(i) };
    const content = { environment, start, evaluations, result, seal, gradients: 80, dataChecksum: null };
    const watched = Object.defineProperty({ ...content, settings }, "settings", {
      get() {
        looks += 1;
        return settings;
      },
    });
    return { name: String(i), path: String(i), status: "ended", reason: null, content: watched };
  });
  return { runs, looks: () => looks };
}

describe.each([
  ["in groups of their own", (i: number) => ({ options: { ...base.settings.options, learningRate: 1 + i } })],
  ["in one group", (i: number) => ({ seed: i })],
  ["of different budgets", (i: number) => ({ budget: 1 + i })],
])("runs %s", (_, change) => {
  test.each([
    ["grouping", groupRuns],
    ["comparing", comparisonsOf],
  ])("%s looks at each a few times, however many there are", (__, work) => {
    const [few, many] = [counted(200, change), counted(2000, change)];
    work(few.runs);
    work(many.runs);
    expect(many.looks()).toBeLessThanOrEqual(11 * few.looks());
    expect(few.looks()).toBeLessThan(200 * 40);
  });
});

test("groups are those of equal settings but the seed, whatever the order of names, with one label each", () => {
  const reversed = Object.fromEntries(Object.entries(base.settings.options).reverse());
  const { runs } = counted(6, (i) => (i % 2 === 0 ? { seed: i } : { seed: i, options: reversed }));
  expect(groupRuns(runs).map((group) => group.runs.length)).toEqual([6]);
  const { runs: apart } = counted(4, (i) => ({ batchSize: i < 2 ? 64 : 128, seed: i % 2 }));
  const groups = groupRuns(apart);
  expect(groups.map(({ label, counted: own }) => [label, own.length])).toEqual([
    ["sgd batchSize=64", 2],
    ["sgd batchSize=128", 2],
  ]);
  expect(groupTable(groups).split("\n")).toHaveLength(5);
});
