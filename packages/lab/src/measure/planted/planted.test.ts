import { pairedDifference } from "entropy-sgd/landscape";
import { type BinaryPerceptron, binaryPerceptron, configurationOf, weightsOf } from "entropy-sgd/planted";
import { describe, expect, test } from "vitest";
import { holm, pValue } from "../../statistics/holm.ts";
import { optimizerOf, plantedConditions } from "./conditions.ts";
import { judgePlanted } from "./judgePlanted.ts";
import { phaseDiagram } from "./phaseDiagram.ts";
import {
  type PlantedInstance,
  type PlantedSettings,
  plantedInstance,
  plantedSettings,
  tunePlanted,
} from "./plantedStudy.ts";
import { plantedRun, plantedStarts, trainPlanted } from "./trainPlanted.ts";

const turn = (): Promise<void> => Promise.resolve();

/** Conditions: sgd, sgld, control, and four cells. */
const small: PlantedSettings = {
  ...plantedSettings,
  ...{ numWeights: 9, numExamples: 6, numGradients: 60, numInstances: 4, numTuning: 2 },
  ...{ scopes: [0.1, 1], noises: [0, 0.2], innerSteps: [5], rates: [0.1, 0.3] },
};

function problemOf(seed: number): BinaryPerceptron {
  const { numWeights, numExamples, sharpness, wellDepth } = small;
  return binaryPerceptron({ numWeights, numExamples, sharpness, wellDepth, seed });
}

describe("Holm's correction", () => {
  test("steps down from the smallest p-value and stops at the first that does not reject", () => {
    // 0.001 < 0.05/4, 0.014 < 0.05/3; 0.03 > 0.05/2 ends it, though 0.04 < 0.05.
    expect(holm([0.03, 0.001, 0.04, 0.014])).toEqual([false, true, false, true]);
    expect(holm([0.04])).toEqual([true]);
    expect(holm([0.04, 0.04])).toEqual([false, false]);
    expect(holm([])).toEqual([]);
  });

  test("p-values are those of the paired t-test, and 1 where nothing has spread", () => {
    // Differences 1, 2, 3: t = 2/(1/√3) = 3.4641 with 2 degrees; P(|T| > t) = 1 − t/√(t² + 2).
    const t = 2 * Math.sqrt(3);
    expect(pValue(pairedDifference([2, 4, 6], [1, 2, 3]))).toBeCloseTo(1 - t / Math.sqrt(t * t + 2), 12);
    expect(pValue(pairedDifference([1, 2], [0, 1]))).toBe(1);
  });
});

describe("a run", () => {
  const problem = problemOf(3);
  const amounts = { numGradients: 7, batchSize: 4, seed: 3 };
  const [baseline, , control] = plantedConditions(small);

  test("spends its mini-batches one by one: sgd is x ← x − ηg, and so is the control with L = 1 and α at its cap of 0.75", () => {
    const run = plantedRun(problem, "origin", amounts);
    const gradient = new Float64Array(9);
    const [x, slow] = [Float64Array.from(run.start), Float64Array.from(run.start)];
    for (let at = 0; at < 28; at += 4) {
      const batch = run.order.subarray(at, at + 4);
      problem.batchValueAndGradientAt(x, batch, gradient);
      for (let i = 0; i < 9; i++) x[i]! -= 0.1 * gradient[i]!;
      problem.batchValueAndGradientAt(slow, batch, gradient);
      for (let i = 0; i < 9; i++) slow[i]! -= 0.75 * 0.1 * gradient[i]!;
    }
    const byOptimizer = trainPlanted(optimizerOf(baseline!, 0.1, 3), run);
    byOptimizer.point.forEach((value, i) => void expect(value).toBeCloseTo(x[i]!, 12));
    expect(byOptimizer).toMatchObject({ finite: true, forceShare: null });
    const byControl = trainPlanted(optimizerOf({ ...control!, innerSteps: 1 }, 0.1, 3), run);
    byControl.point.forEach((value, i) => void expect(value).toBeCloseTo(slow[i]!, 12));
    expect(byControl.forceShare).toBe(0);
  });

  test("starts near 0 or at a configuration, draws every example, and knows a run that diverged", () => {
    const [origin, corner] = plantedStarts.map((start) =>
      plantedRun(problem, start, { ...amounts, numGradients: 100 }),
    );
    expect(Math.max(...origin!.start.map(Math.abs))).toBeLessThan(0.5);
    expect([...corner!.start].every((value) => Math.abs(value) === 1)).toBe(true);
    expect(new Set(corner!.order)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(origin!.order).not.toEqual(corner!.order);
    expect(trainPlanted(optimizerOf(baseline!, 100, 3), corner!).finite).toBe(false);
  });

  test("tells the force against the gradient: more of it where γ is larger", () => {
    const run = plantedRun(problem, "corner", { ...amounts, numGradients: 100 });
    const shares = plantedConditions({ ...small, scopes: [1e-6, 1] })
      .filter(({ optimizer, noise }) => optimizer === "entropy-sgd" && noise === 0)
      .map((condition) => trainPlanted(optimizerOf(condition, 0.1, 3), run).forceShare!);
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares[0]).toBeLessThan(1e-4);
    expect(shares[1]).toBeGreaterThan(0.01);
  });
});

describe("the study", () => {
  test("chooses the rate of least loss, and never one that diverges", async () => {
    const tuned = await tunePlanted({ ...small, rates: [0.1, 100, 0.3] }, turn);
    expect(tuned).toHaveLength(2 * plantedConditions(small).length);
    for (const { rate, losses } of tuned) {
      expect(losses[1]).toBeNull();
      expect(rate).toBe(losses[0]! <= losses[2]! ? 0.1 : 0.3);
    }
    const none = await tunePlanted({ ...small, rates: [100] }, turn);
    expect(new Set(none.map(({ rate }) => rate))).toEqual(new Set([null]));
    const { ends } = await plantedInstance(small, none, 0, turn);
    expect(new Set(ends.corner)).toEqual(new Set([null]));
  });

  test("knows of each end what brute force finds, and of the solutions how many there are", async () => {
    const tuned = await tunePlanted(small, turn);
    const instance = await plantedInstance(small, tuned, 0, turn);
    const problem = problemOf(0);
    const errors = Array.from({ length: 512 }, (_, c) => problem.trainingErrorAt(weightsOf(c, 9)));
    expect(instance.numSolutions).toBe(errors.filter((error) => error === 0).length);
    expect(instance.solutions).toHaveLength(instance.numSolutions);
    for (const [c, numWrong, generalisation, entropies] of instance.known) {
      expect(numWrong).toBe(Math.round(6 * errors[c]!));
      expect(generalisation).toBeCloseTo(problem.generalisationErrorAt(weightsOf(c, 9)), 5);
      const p = small.flipProbabilities[0]!;
      let sum = 0;
      for (let other = 0; other < 512; other++) {
        const distance = [...(c ^ other).toString(2)].filter((bit) => bit === "1").length;
        sum += p ** distance * (1 - p) ** (9 - distance) * Math.exp(-6 * errors[other]!);
      }
      expect(entropies[0]).toBeCloseTo(Math.log(sum) / 6, 5);
    }
    // The end of sgd, made again.
    const { rate } = tuned.find(({ start, condition }) => start === "corner" && condition === "sgd")!;
    const run = plantedRun(problem, "corner", { ...small, seed: 0 });
    const { point } = trainPlanted(optimizerOf(plantedConditions(small)[0]!, rate!, 0), run);
    expect(instance.known[instance.ends.corner[0]!]![0]).toBe(configurationOf(point));
    expect(await plantedInstance(small, tuned, 0, turn)).toEqual(instance);
    expect((await plantedInstance({ ...small, firstSeed: 7 }, tuned, 7, turn)).solutions).not.toBeNull();
    expect((await plantedInstance(small, tuned, 1, turn)).solutions).toBeNull();
  });
});

/** Instances made up: all conditions end alike, the cell at `position` higher by `gain` on average in both measures' favour. */
function madeUp(position: number, gain: number): PlantedInstance[] {
  return Array.from({ length: 20 }, (_, seed): PlantedInstance => {
    const spread = 0.01 * Math.sin(7 * seed);
    const known = plantedConditions(small).map((_, k) => {
      const better = (k === position ? gain : 0) + 0.003 * Math.cos(3 * seed + k);
      return [k, 0, 0.3 + spread - better, [-0.2 + spread + better]] as const;
    });
    const ends = known.map((_, k) => k);
    return {
      ...{ seed, numSolutions: 100, narrowest: -0.2 - spread, widest: -0.1 + spread, solutions: null },
      ...{ meanLocalEntropy: -0.15, meanGeneralisationError: 0.35, correlations: [-0.4 + spread] },
      ...{ known, ends: { origin: ends, corner: ends } },
    };
  });
}

describe("the rule", () => {
  const settings = { ...small, numInstances: 20, flipProbabilities: [0.1] };
  const cell = plantedConditions(small).findIndex(({ scope, noise }) => scope === 1 && noise === 0.2);
  const verdicts = (instances: readonly PlantedInstance[]): string[] =>
    judgePlanted(settings, instances).hypotheses.map(({ verdict }) => verdict);

  test("chooses a cell on the first half and judges it on the second against four others", () => {
    const { tests, forceTests, hypotheses, premises } = judgePlanted(settings, madeUp(cell, 0.05));
    expect(premises).toMatchObject({ wideAndNarrow: true, wideGeneralise: true });
    expect(tests).toHaveLength(16);
    for (const { first, seen, difference, measure } of tests) {
      expect(first).toBe("entropy-sgd γ=1 ε=0.2 L=5");
      expect(seen).toBe(true);
      expect(difference!.n).toBe(10);
      expect(Math.sign(difference!.estimate)).toBe(measure === "localEntropy" ? 1 : -1);
    }
    const others = tests.slice(0, 8).filter(({ measure }) => measure === "localEntropy");
    expect(others.map(({ second }) => second)).toEqual(["sgd", "control L=5", "sgld ε=0.2", "sgld ε=0.2"]);
    expect(forceTests.map(({ second, seen }) => `${second} ${seen}`)).toEqual(
      new Array(4).fill("entropy-sgd γ=0.1 ε=0.2 L=5 true"),
    );
    expect(hypotheses.map(({ name, start, verdict }) => `${name} ${start} ${verdict}`)).toEqual([
      ...["H1 origin supported", "H2 origin supported", "H1 corner supported", "H2 corner supported"],
    ]);
  });

  test("a gain that the second half does not have is not supported; a loss there contradicts", () => {
    const judged = (later: PlantedInstance[]) => [...madeUp(cell, 0.05).slice(0, 10), ...later.slice(10)];
    expect(verdicts(judged(madeUp(cell, 0)))).toEqual(new Array(4).fill("not decided"));
    expect(verdicts(judged(madeUp(cell, -0.05)))).toEqual(new Array(4).fill("contradicted"));
  });

  test("a chosen cell of the smallest γ has no force to be tested", () => {
    const weakest = plantedConditions(small).findIndex(({ scope, noise }) => scope === 0.1 && noise === 0.2);
    expect(judgePlanted(settings, madeUp(weakest, 0.05)).forceTests).toEqual([]);
  });

  test("halves begin with the first seed", () => {
    const shifted = madeUp(cell, 0.05).map((instance) => ({ ...instance, seed: 200 + instance.seed }));
    expect(judgePlanted({ ...settings, firstSeed: 200 }, shifted).tests).toEqual(
      judgePlanted(settings, madeUp(cell, 0.05)).tests,
    );
  });

  test("where wide solutions do not generalise, H2 is not judged", () => {
    const instances = madeUp(cell, 0.05).map((instance) => ({ ...instance, correlations: [0.4] }));
    expect(verdicts(instances)).toEqual(["supported", "not judged", "supported", "not judged"]);
  });

  test("of one correlation nothing is judged, of equal ones neither: they say nothing of their spread", () => {
    const judgedOf = (correlationOf: (seed: number) => readonly number[]) =>
      judgePlanted(
        settings,
        madeUp(cell, 0.05).map((one) => ({ ...one, correlations: correlationOf(one.seed) })),
      ).premises.wideGeneralise;
    expect(judgedOf((seed) => (seed === 0 ? [-0.9] : []))).toBe(false);
    expect(judgedOf(() => [-0.4])).toBe(false);
    // t of −0.9 and −0.88 is −89, beyond the −12.7 that two values need; that of −0.9 and −0.7 is −8.
    expect(judgedOf((seed) => (seed < 2 ? [-0.9 + 0.02 * seed] : []))).toBe(true);
    expect(judgedOf((seed) => (seed < 2 ? [-0.9 + 0.2 * seed] : []))).toBe(false);
  });

  test("the phase diagram compares every condition with sgd and with the control of its L; runs without end are left out", () => {
    const instances = madeUp(cell, 0.05);
    const tuned = plantedStarts.flatMap((start) =>
      plantedConditions(small).map(({ name }) => ({ start, condition: name, rate: 0.1, losses: [], forceShare: 0.5 })),
    );
    const rows = phaseDiagram(settings, tuned, instances);
    expect(rows).toHaveLength(14);
    const [baseline, sgld, control] = rows;
    expect(baseline!.differences.sgd.localEntropy).toBeNull();
    expect(control!.differences.control.localEntropy).toBeNull();
    // sgd and sgld have no inner steps, and so no control.
    expect(sgld!.differences.control.localEntropy).toBeNull();
    expect(rows[cell]!.reach).toBeCloseTo(0.1 * 1 * 5, 12);
    // Every end is a solution; the cell's are at −0.2 + 0.05 on average, as high as the mean solution.
    expect(rows[cell]).toMatchObject({ solved: 1, trainingError: { estimate: 0 } });
    expect(rows[cell]!.excess!.estimate).toBeCloseTo(0, 2);
    expect(baseline!.excess!.estimate).toBeCloseTo(-0.05, 2);
    expect(rows[cell]!.differences.control.localEntropy).toMatchObject({ seen: true });
    expect(rows[cell]!.differences.sgd.generalisationError!.difference.estimate).toBeCloseTo(-0.05, 2);
    // The cell of the same noise and L at the smallest γ has no force worth the name: it is what the others are compared with.
    const forceless = plantedConditions(small).findIndex(({ scope, noise }) => scope === 0.1 && noise === 0.2);
    expect(rows[forceless]!.differences.forceless.localEntropy).toBeNull();
    expect(rows[cell]!.differences.forceless.localEntropy!.difference.estimate).toBeCloseTo(0.05, 2);
    expect(sgld!.differences.forceless.localEntropy).toBeNull();
    const lost = instances.map((instance) => ({
      ...instance,
      ends: { ...instance.ends, origin: instance.ends.origin.map((end, k) => (k === cell ? null : end)) },
    }));
    expect(phaseDiagram(settings, tuned, lost)[cell]).toMatchObject({ means: null, trainingError: null });
    expect(judgePlanted(settings, lost).tests[0]!.first).not.toBe("entropy-sgd γ=1 ε=0.2 L=5");
  });
});
