import type { GroupRow, RunRow } from "entropy-sgd-lab";
import { expect, test } from "vitest";
import { fieldsOf, groupedLines, progressOf, secondsLeft } from "./rows.ts";

const run = (id: string, group: string | null, facts: object = {}): RunRow =>
  ({
    id,
    status: "running",
    reason: null,
    created: "2026-01-01T10:00:00.000Z",
    changed: "2026-01-01T10:01:00.000Z",
    facts:
      group === null
        ? null
        : {
            group,
            gradients: 25,
            totalGradients: 100,
            metric: { name: "error", better: "smaller" },
            test: 0.1,
            ...facts,
          },
  }) as unknown as RunRow;

test("a run that has a quarter behind it after a minute has three to go", () => {
  expect(progressOf(run("a", "g"))).toBe(0.25);
  expect(secondsLeft(run("a", "g"))).toBe(180);
  expect(secondsLeft({ ...run("a", "g"), status: "ended" })).toBeNull();
  expect(secondsLeft(run("a", "g", { gradients: 0 }))).toBeNull();
  expect(progressOf(run("a", null))).toBeNull();
});

test("a record has settings by their names, results by the metric's, and its own fields before settings", () => {
  const fields = fieldsOf(run("a", "g"), { learningRate: 0.1, name: "other", rollbacks: 0 });
  expect(fields).toMatchObject({
    name: "a",
    learningRate: 0.1,
    testError: 0.1,
    gradientEvaluations: 25,
    status: "running",
  });
  expect(fieldsOf(run("torn", null))).toMatchObject({ name: "torn" });
});

test("groups stand where their first run does, open ones with their runs, others alone at the end", () => {
  const rows = [run("a", "one"), run("x", null), run("b", "two"), run("c", "one")];
  const groups = ["two", "one"].map((group) => ({ group, label: group }) as GroupRow);
  const lines = groupedLines(rows, groups, (group) => group === "one").map((line) =>
    line.kind === "run" ? line.row.id : `${line.group.label}: ${line.rows.length}`,
  );
  expect(lines).toEqual(["one: 2", "a", "c", "two: 1", "x"]);
});
