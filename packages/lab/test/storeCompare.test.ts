import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { jsonOf, runs, temporaryFolder, writeRun } from "./storeFolders.ts";

const root = temporaryFolder();
const folder = join(root, "runs");

beforeAll(() => {
  for (const [i, testError] of [0.01, 0.03].entries()) {
    writeRun(join(folder, "sgd", `slow-${i}`), { seed: i, errors: [0.5, testError], options: { learningRate: 0.01 } });
  }
  for (const [i, testError] of [0.1, 0.1, 0.13].entries()) {
    writeRun(join(folder, "sgd", `fast-${i}`), { seed: i, errors: [0.5, testError], options: { learningRate: 0.1 } });
  }
  writeRun(join(folder, "adam"), { optimizer: "adam", errors: [0.5, 0.02] });
  writeRun(join(folder, "failed"), { optimizer: "adamw", result: { reason: "non-finite", testError: null } });
});

describe("runs compare", () => {
  test("groups runs and folders of runs, each run once, and names the differences", async () => {
    symlinkSync(folder, join(root, "again"));
    const { comparisons, report } = await jsonOf(
      "compare",
      join(folder, "sgd"),
      join(folder, "adam"),
      join(root, "again", "sgd"),
    );
    expect(report).toBeNull();
    expect(comparisons).toHaveLength(1);
    const [{ groups, differences, sentences, settingsThatDiffer, ...setting }] = comparisons;
    expect(setting).toEqual({ network: "lenet", data: "MNIST", budget: 2, metric: "error" });
    expect(groups.map(({ label, seeds, numRepeated }: Record<string, unknown>) => [label, seeds, numRepeated])).toEqual(
      [
        ["sgd learningRate=0.1", [0, 1, 2], 0],
        ["sgd learningRate=0.01", [0, 1], 0],
        ["adam", [1], 0],
      ],
    );
    expect(settingsThatDiffer).toMatchObject({ learningRate: [0.1, 0.01, 0.01], momentum: [0.9, 0.9, null] });
    expect(settingsThatDiffer).not.toHaveProperty("seed");
    expect(differences).toMatchObject([
      {
        first: "sgd learningRate=0.1",
        second: "sgd learningRate=0.01",
        testError: { paired: false, judged: { seen: true, equivalent: false, margin: 0.002 } },
      },
      { first: "sgd learningRate=0.1", second: "adam", testError: { numSeeds: [3, 1], judged: null } },
    ]);
    expect(sentences).toEqual([
      expect.stringMatching(/^The groups differ in optimizer, .*learningRate/),
      "Test error: sgd learningRate=0.1 11.00 % against sgd learningRate=0.01 2.00 % at the end " +
        "(higher by 9.00 ± 1.41 points, beyond the margin of ±0.20 points).",
      "Test error: sgd learningRate=0.1 11.00 % against adam 2.00 % at the end.",
      "± is the standard error of the difference.",
      "One seed says nothing about the spread: no difference can be judged where a mean is of one seed.",
    ]);
  });

  test("prints table and sentences, names groups without a result, and applies conditions", async () => {
    const { code, stdout } = await runs("compare", folder, "--where", "optimizer!=adam");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lenet, data MNIST, 2 effective epochs\n\ngroup /);
    expect(stdout).toMatch(/\nadamw +0 +1 diverged +– +– +– +– /);
    expect(stdout).toMatch(/\nlearningRate +0\.01 +0\.1 +0\.01\n/);
    expect(stdout).toContain("\nNo test error at the end of the budget: adamw.\n");
    expect(stdout).toContain("\nTest error: sgd learningRate=0.1 11.00 % against sgd learningRate=0.01 2.00 %");
    const alone = await runs("compare", join(folder, "adam"));
    expect(alone.stdout).toMatch(/\nThere is one group: nothing to compare it with\.\n$/);
  });

  test("compares runs of different networks, data or budgets separately", async () => {
    const mixed = join(root, "mixed");
    writeRun(join(mixed, "a"), {});
    writeRun(join(mixed, "b"), { settings: { budget: 4 } });
    writeRun(join(mixed, "c"), { settings: { data: "/elsewhere" }, optimizer: "adam" });
    writeRun(join(mixed, "d"), { optimizer: "adam" });
    const { stdout } = await runs("compare", mixed);
    expect(stdout).toMatch(
      /^The runs differ in data \(MNIST, \/elsewhere\) and budget \(2, 4\): they are compared apart\.\n/,
    );
    const { comparisons } = await jsonOf("compare", mixed);
    const found = comparisons.map(({ groups }: { groups: { label: string }[] }) => groups.map(({ label }) => label));
    expect(found).toEqual([["sgd", "adam"], ["sgd"], ["adam"]]);
    const { code, stderr } = await runs("compare", mixed, "--out", join(root, "never"));
    expect([code, stderr]).toEqual([
      ...[2, "--out: a report is of runs with the same data, found MNIST, /elsewhere; choose by --where"],
    ]);
    expect(existsSync(join(root, "never"))).toBe(false);
  });

  test("writes a report with groups in the place of optimizers", async () => {
    const out = join(root, "report");
    writeRun(join(folder, "sgd", "slow-again"), { seed: 0, errors: [0.5, 0.9], options: { learningRate: 0.01 } });
    writeRun(join(folder, "sgd", "stopped"), {
      seed: 9,
      errors: [0.9, 0.9],
      options: { learningRate: 0.1 },
      result: { reason: "interrupted", interrupted: true },
    });
    const { code, stdout } = await runs("compare", folder, "--out", out);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`\nThe report is ${join(out, "report.html")}\n`)]);
    expect(readdirSync(join(out, "figures"))).toContain("test-error.svg");
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("adam 2.00 % against sgd learningRate=0.1 11.00 % at the end.");
    expect(page).toMatch(
      /<td class="long"><span class="whole">sgd<\/span> <span class="whole">learningRate=0\.01<\/span><\/td><td>2<\/td><td>2\.00 ± 1\.41<\/td>/,
    );
    expect(page).toContain("1 of 8 runs did not reach the end of the budget. 1 of 8 runs diverged");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    writeRun(join(root, "other"), { settings: { dropout: 0 } });
    const { stderr } = await runs("compare", join(folder, "adam"), join(root, "other"), "--out", out);
    expect(stderr).toBe("--out: a report is of runs with the same dropout, found 0.25, 0; choose by --where");
  });

  test("needs a run", async () => {
    mkdirSync(join(root, "empty"));
    const { code, stderr } = await runs("compare", join(root, "empty"));
    expect([code, stderr]).toEqual([2, `runs compare: no run to compare in ${join(root, "empty")}`]);
    expect((await runs("compare", join(root, "nowhere"))).stderr).toMatch(/nowhere: there is no such folder$/);
  });
});
