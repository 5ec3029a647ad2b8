import { expect, test } from "vitest";
import { assembleStudy, type MeasuredRun } from "../experiments/study/assemble.ts";
import { scopeStudy } from "../experiments/study/scopeStudy.ts";
import { phaseFigure, phaseGrid, phasePoints } from "./phaseFigures.ts";

const common = { words: "w", optimizer: "entropy-sgd", set: [] };
const conditions = [
  { ...common, name: "control", role: "control" },
  { ...common, name: "flat", role: "cell", group: "strong", set: ["scope=focusingScope(1e-3, 1e4)", "noise=1e-4"] },
  { ...common, name: "absent", role: "cell", group: "focusing" },
] as const;

function measured(condition: string, seed: number, testError: number, energy: number): MeasuredRun {
  const numbers = { standardError: 0, degreesOfFreedom: null, valid: true, reason: null, cost: 1 };
  const flatness = [{ name: "loss-rise-relative", title: "Local energy", estimate: energy, ...numbers }];
  const result = { testError, validationError: testError, trainLoss: 0.1 } as MeasuredRun["result"];
  return { condition, seed, result, measures: { flatness, robustness: [] }, coupling: null };
}

const runs = [
  ...[measured("control", 1, 0.3, 2), measured("control", 2, 0.32, 4)],
  ...[measured("flat", 1, 0.29, 1), measured("flat", 2, 0.29, 1)],
];

test("a cell lies by the logarithm of local energy and the test error in points, paired with its control", () => {
  const [point, ...others] = phasePoints(assembleStudy(runs, null, scopeStudy("scope", conditions)));
  expect(others).toEqual([]);
  expect(point).toMatchObject({ name: "flat", group: "strong", screened: false });
  // ln ½ and ln ¼: mean −1.5 ln 2, standard error ½ ln 2. −1 and −3 points: −2 ± 1.
  expect(point!.energy.mean).toBeCloseTo(-1.5 * Math.LN2, 12);
  expect(point!.energy.reach).toBeCloseTo(Math.LN2, 12);
  expect([point!.error.mean, point!.error.reach].map((value) => value.toFixed(9))).toEqual([
    "-2.000000000",
    "2.000000000",
  ]);
});

test("what a cell is, is judged over seeds and told by the sign of one", () => {
  const [one] = phasePoints(assembleStudy(runs, null, scopeStudy("scope", conditions)));
  // Two seeds see nothing here: 12.7 standard errors would be needed.
  expect(one).toMatchObject({ scope: "1e-3 ×1e4", noise: "1e-4", phase: "neither" });
  const certain = [1, 2, 3].flatMap((seed) => [
    measured("control", seed, 0.3 + 1e-4 * seed, 2 + 1e-3 * seed),
    measured("flat", seed, 0.2, 1),
  ]);
  const [clear] = phasePoints(assembleStudy(certain, null, scopeStudy("scope", conditions)));
  expect(clear!.phase).toBe("flatter and better");
  const screened = phasePoints(assembleStudy(runs.slice(0, 3), null, scopeStudy("scope-screening", conditions)));
  expect(screened.map(({ phase }) => phase)).toEqual(["flatter and better"]);
  const { data, svg, narrow } = phaseGrid([...screened, clear!]);
  expect(svg).toContain("1e-3 ×1e4");
  expect(narrow).not.toContain("1e-3 ×1e4");
  expect(JSON.stringify(data)).toContain("flatter and better");
});

test("a screened cell has one seed: it is drawn hollow, and its words have no error", () => {
  const own = runs.filter(({ seed }) => seed === 1);
  const [point] = phasePoints(assembleStudy(own, null, scopeStudy("scope-screening", conditions)));
  expect(point).toMatchObject({ screened: true, energy: { reach: 0 }, error: { reach: 0 } });
  const { data, svg } = phaseFigure([point!]);
  expect(svg).toContain("var(--surface, white)");
  expect(JSON.stringify(data)).toContain("flat (w): local energy 0.500 of the control's, test error −1.00 points");
});

test("the legend tells measured cells apart, and of screened ones the groups", () => {
  const wider = [...conditions, { ...conditions[1], name: "sharp" }];
  const all = ["control", "flat", "sharp"].flatMap((name) => [1, 2].map((seed) => measured(name, seed, 0.29, seed)));
  const namesIn = (name: "scope" | "scope-screening", own: MeasuredRun[]): string[] => {
    const { svg } = phaseFigure(phasePoints(assembleStudy(own, null, scopeStudy(name, wider))));
    return ["flat", "sharp", "constant", "strong", "focusing"].filter((word) => svg.includes(`>${word}<`));
  };
  expect(namesIn("scope", all)).toEqual(["flat", "sharp"]);
  expect(
    namesIn(
      "scope-screening",
      all.filter(({ seed }) => seed === 1),
    ),
  ).toEqual(["constant", "strong", "focusing"]);
});
