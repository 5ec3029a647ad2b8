import { denseHessian, hessianAt, symmetricEigenvalues } from "entropy-sgd/landscape";
import { networkObjective } from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { comparisonsOf, judged, summaryOf } from "./comparisons.ts";
import { numbersTable } from "./exported.ts";
import { type Flatness, lineSteps, measureFlatness, randomSteps, thresholds } from "./flatness.ts";
import { currentSettings } from "./knobs.ts";
import { newSession } from "./session.ts";

describe("measured flatness", () => {
  test("is that of the dense Hessian and of the loss itself", async () => {
    const session = await newSession({ ...currentSettings(), hidden: 4, budget: 100, seeds: 1 }, null);
    for (let i = 0; i < 3; i++) await session.round();
    const progress: number[] = [];
    const flatness = (await measureFlatness(session, { onProgress: (done) => progress.push(done) }))!;
    expect(progress).toEqual([1, 2]);
    expect(flatness.gradients).toBe(60);
    const objective = networkObjective(session.spec, session.data.train);
    const n = objective.dimension;
    for (const [i, run] of session.runs.runs.entries()) {
      const found = flatness.runs[i]!;
      const { matrix } = await denseHessian(hessianAt(objective, Float64Array.from(run.params)));
      const eigenvalues = [...symmetricEigenvalues(matrix)];
      expect(Math.abs(found.eigenvalue - Math.max(...eigenvalues))).toBeLessThan(found.residual + 1e-9);
      const trace = eigenvalues.reduce((sum, value) => sum + value, 0);
      expect(Math.abs(found.trace.estimate - trace)).toBeLessThan(5 * found.trace.standardError + 1e-9);
      for (const [k, threshold] of thresholds.entries()) {
        const exact = eigenvalues.filter((value) => Math.abs(value) >= threshold).length;
        const share = Math.min(exact, n - exact) / n;
        // Two probes, each of a variance of at most 2·share/n; Lanczos' bounds are within one direction.
        expect(Math.abs(found.directions[k]! - exact)).toBeLessThan(5 * n * Math.sqrt(share / n) + 1);
      }
      const { loss } = await run.model.evaluate(run.params, session.data.train);
      expect(found.trainLoss).toBeCloseTo(loss, 12);
      expect(found.random[randomSteps.indexOf(0)]).toBeCloseTo(loss, 6);
      expect(found.sharpness).toBeGreaterThan(0);
    }
    const [line] = flatness.lines;
    for (const end of [0, 1]) {
      expect(line!.train[lineSteps.indexOf(end)]).toBeCloseTo(flatness.runs[end]!.trainLoss, 6);
      expect(line!.test[lineSteps.indexOf(end)]).toBeCloseTo(flatness.runs[end]!.testLoss, 6);
    }
    const { rows } = numbersTable([], flatness);
    expect([...rows].filter(([name, , , x]) => name === "flatness.directions" && x === thresholds[0])).toHaveLength(2);
  });

  test("is given up when it is stopped", async () => {
    const session = await newSession({ ...currentSettings(), hidden: 2, budget: 100, seeds: 1 }, null);
    expect(await measureFlatness(session, { isStopped: () => true })).toBeNull();
  });
});

describe("differences in words", () => {
  const loss = { margin: 0.02 };
  const ratio = { margin: 1.25, isRatio: true };
  test.each<[string, number[], number[], { margin: number; isRatio?: boolean }, string]>([
    ["a planted one", [0.51, 0.62, 0.68], [0.11, 0.2, 0.3], loss, "seen, higher: difference 0.4 ± 0.0115"],
    [
      "a small one",
      [0.105, 0.206, 0.304],
      [0.1, 0.2, 0.3],
      loss,
      "seen, higher: difference 0.005 ± 5.77e−4, within ±0.02",
    ],
    ["none", [0.1, 0.2, 0.3], [0.1001, 0.1999, 0.3001], loss, "equivalent within ±0.02: −3.33e−5 ± 6.67e−5"],
    [
      "none that three seeds can see",
      [0.125, 0.375, 0.25],
      [0.25, 0.125, 0.375],
      loss,
      "not distinguishable: 0 ± 0.125; the smallest difference that could have been seen is ±0.67",
    ],
    ["no spread", [1.5, 2.5], [1, 2], loss, "not distinguishable, all differences are alike: 0.5 ± 0"],
    ["a factor", [10, 21, 39], [5, 10, 20], ratio, "seen, higher: 2.02 times (95 %: 1.84 to 2.21)"],
    ["one seed", [1], [2], loss, "one seed says nothing about the spread"],
    ["what has no ratio", [-1, 2, 4], [1, 2, 3], ratio, "not distinguishable: "],
  ])("%s", (_, other, sgd, quantity, words) => {
    expect(judged(other, sgd, quantity).words).toContain(words);
  });

  test("a table says what was seen and what was not", () => {
    const run = (optimizer: "sgd" | "entropy-sgd", seed: number, eigenvalue: number): Flatness["runs"][number] => ({
      optimizer,
      seed,
      trainLoss: 0.1 * seed,
      testLoss: 0.2 + 0.01 * (optimizer === "sgd" ? seed : 4 - seed),
      testError: 0.1,
      eigenvalue,
      residual: 1e-6,
      trace: { estimate: 5 + seed, standardError: 0.1 },
      sharpness: 0.01 * seed,
      directions: [],
      rises: Array.from({ length: 6 }, () => ({
        loss: { estimate: 0.1, standardError: 0 },
        error: { estimate: 0.01, standardError: 0 },
      })),
      random: [],
    });
    const seeds = [1, 2, 3];
    const runs = seeds.flatMap((seed) => [run("sgd", seed, 10 + seed), run("entropy-sgd", seed, 5 + seed / 2.1)]);
    const flatness: Flatness = { gradients: 100, runs, lines: [] };
    const [, testLoss, , eigenvalue] = comparisonsOf(flatness, "entropy-sgd");
    expect(testLoss!.words).toMatch(/^not distinguishable: 0 ± /);
    expect(eigenvalue!.words).toMatch(/^seen, lower: 0\.49\d? times/);
    expect(summaryOf(flatness, ["sgd", "entropy-sgd"])).toBe(
      "Entropy-SGD against SGD: lower largest eigenvalue of the Hessian; no difference was seen in the other 7 of 8 quantities.",
    );
  });
});
