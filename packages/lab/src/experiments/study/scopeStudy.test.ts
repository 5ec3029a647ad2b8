import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { assembleStudy, byCondition, type MeasuredRun } from "./assemble.ts";
import { chooseConditions, withOtherRates } from "./chooseConditions.ts";
import { readConditions, writeConditions } from "./conditionsFile.ts";
import { scopeStudy } from "./scopeStudy.ts";
import type { StudyCondition } from "./studyDesign.ts";

const folder = mkdtempSync(join(tmpdir(), "scope-study-"));
afterAll(() => rmSync(folder, { recursive: true }));

const condition = (name: string, role: StudyCondition["role"], group?: StudyCondition["group"]): StudyCondition => ({
  ...{ name, words: name, optimizer: role === "sgd" || role === "sam" ? role : "entropy-sgd", set: [], role },
  ...(group && { group }),
});

/** A run with one measure of flatness, which the rule of the screening reads too. */
interface Found {
  readonly error?: number;
  readonly energy?: number;
  readonly validation?: number;
}

function measured(name: string, seed: number, found: Found = {}): MeasuredRun {
  const { error = 0.3, energy = 1, validation = error } = found;
  const flatness = [{ name: "loss-rise-relative", title: "Local energy", estimate: energy, standardError: 0 }];
  return {
    ...{ condition: name, seed, coupling: null },
    result: { testError: error, validationError: validation, trainLoss: 0.1 } as MeasuredRun["result"],
    measures: {
      flatness: flatness.map((own) => ({ ...own, degreesOfFreedom: null, valid: true, reason: null, cost: 1 })),
      robustness: [],
    },
  };
}

describe("the choice of conditions from the screening", () => {
  const all = [
    condition("control", "control"),
    ...["sgd-a", "sgd-b"].map((name) => condition(name, "sgd")),
    ...["sam-a", "sam-b"].map((name) => condition(name, "sam")),
    ...["best", "second", "third"].map((name) => condition(name, "cell", "constant")),
    ...["strong-a", "strong-b"].map((name) => condition(name, "cell", "strong")),
    condition("grows", "cell", "focusing"),
    condition("bad", "cell", "focusing"),
    condition("lost", "cell", "strong"),
  ];
  const values: Readonly<Record<string, readonly [validation: number, energy: number]>> = {
    control: [0.4, 2],
    ...{ "sgd-a": [0.41, 3], "sgd-b": [0.39, 3], "sam-a": [0.38, 1], "sam-b": [0.4, 1] },
    ...{ best: [0.35, 2], second: [0.36, 0.5], third: [0.37, 1], "strong-a": [0.39, 3], "strong-b": [0.38, 3] },
    // Flattest of all, but it errs by more than two points more than the control.
    ...{ grows: [0.41, 4], bad: [0.43, 0.01] },
  };
  const runs = Object.entries(values).map(([name, [validation, energy]]) => measured(name, 1, { validation, energy }));
  const chosen = (own: readonly MeasuredRun[], given = all): string[] =>
    chooseConditions(given, own).map(({ name }) => name);

  test("takes the best rates, the best cell, the flattest, and the best of the groups", () => {
    expect(chosen(runs)).toEqual(["control", "sgd-b", "sam-a", "best", "second", "grows", "strong-b"]);
  });

  test("a cell that was chosen before leaves its place to the next", () => {
    const flattest = runs.map((run) =>
      run.condition === "best" ? measured("best", 1, { validation: 0.35, energy: 0.1 }) : run,
    );
    expect(chosen(flattest).slice(3)).toEqual(["best", "second", "grows", "strong-b"]);
    const noneGrows = runs.filter((run) => run.condition !== "grows");
    expect(chosen(noneGrows).slice(3)).toEqual(["best", "second", "third", "strong-b"]);
  });

  test("where fewer than four cells are near the control, all that ended may be chosen", () => {
    const far = runs.map((run) => (run.condition === "control" ? measured("control", 1, { validation: 0.34 }) : run));
    expect(chosen(far).slice(3)).toEqual(["best", "bad", "grows", "strong-b"]);
  });

  test("a second screening takes the control and each cell at the rate with the lowest validation error", () => {
    const first = [
      condition("control", "control"),
      condition("sgd", "sgd"),
      ...["a", "b", "c", "d"].map((name) => ({
        ...condition(name, "cell"),
        set: ["innerLearningRate=0.1", "scope=1"],
      })),
    ];
    const second = withOtherRates(first);
    expect(second.map(({ name }) => name).slice(0, 7)).toEqual([
      "control",
      "control-r0p03",
      "control-r0p3",
      "sgd",
      "a",
      "a-r0p03",
      "a-r0p3",
    ]);
    expect(second[6]).toMatchObject({ set: ["scope=1", "innerLearningRate=0.3"], rateOf: "a", role: "cell" });
    // A cell far above the control keeps its place: four were chosen before.
    const errors = {
      control: 0.4,
      "control-r0p3": 0.39,
      sgd: 0.4,
      a: 0.35,
      "a-r0p3": 0.34,
      b: 0.36,
      "c-r0p03": 0.37,
      d: 0.5,
    };
    const found = Object.entries(errors).map(([name, validation]) => measured(name, 1, { validation }));
    expect(chosen(found, second)).toEqual(["control-r0p3", "sgd", "a-r0p3", "b", "c-r0p03", "d"]);
  });
});

describe("conditions in a file", () => {
  const file = join(folder, "conditions.yaml");
  const refusal = (text: string): string => {
    writeFileSync(file, text);
    try {
      readConditions(file);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test("are read as they were written", () => {
    const all = [condition("control", "control"), condition("g1", "cell", "strong")];
    writeConditions(file, all);
    expect(readConditions(file)).toEqual(all);
  });

  test("the committed grid has 21 cells and the comparators, each once", () => {
    const path = new URL("../../../../../examples/studies/scope.yaml", import.meta.url).pathname;
    const roles = readConditions(path).map(({ role }) => role);
    const count = (role: string): number => roles.filter((own) => own === role).length;
    expect(["control", "sgd", "sam", "cell"].map(count)).toEqual([1, 3, 6, 21]);
  });

  test("are refused with the place of what breaks a rule", () => {
    const one = "{ name: a, words: w, optimizer: sgd, set: [] }";
    expect(refusal(`conditions:\n  - ${one}\n  - ${one}\n`)).toBe(
      'conditions.yaml:3:13: conditions.1.name: must not be there twice, got "a"',
    );
    expect(refusal("conditions:\n  - { name: A b, words: w, optimizer: sgd, set: [] }\n")).toBe(
      'conditions.yaml:2:13: conditions.0.name: must be lower-case letters, digits and dashes, got "A b"',
    );
    expect(refusal("conditions: []\n")).toMatch(/^conditions\.yaml:1:13: conditions: /);
  });
});

describe("the verdicts", () => {
  const conditions = [
    condition("control", "control"),
    condition("sgd", "sgd"),
    condition("sam", "sam"),
    ...["a", "b", "c"].map((name) => condition(name, "cell")),
  ];
  /** `a` and `b` are flatter and err less than the control, and err as much as SGD; `c` is flatter alone. */
  const runs = [1, 2, 3].flatMap((seed) => {
    const wiggle = 1e-3 * seed ** 2;
    return [
      measured("control", seed, { error: 0.4 + wiggle, energy: 2 + wiggle }),
      measured("sgd", seed, { error: 0.35 + 2 * wiggle, energy: 2 }),
      measured("sam", seed, { error: 0.35, energy: 2 }),
      measured("a", seed, { error: 0.35, energy: 1 }),
      measured("b", seed, { error: 0.351, energy: 1.1 }),
      measured("c", seed, { error: 0.4, energy: 1.2 }),
    ];
  });
  const verdicts = (own: readonly MeasuredRun[]) =>
    Object.fromEntries(
      assembleStudy(own, null, scopeStudy("scope", conditions)).hypotheses.map(({ name, verdict }) => [name, verdict]),
    );

  test("of cells, and of Entropy-SGD where at least two cells agree", () => {
    expect(verdicts(runs)).toMatchObject({
      ...{ H1: "supported", H2: "supported", H3: "not decided", H4: "supported" },
      ...{
        "H1 a": "supported",
        "H2 a": "supported",
        "H3 a": "not decided",
        "H1 c": "supported",
        "H2 c": "not decided",
      },
    });
    const withoutB = runs.map((run) =>
      run.condition === "b" ? measured("b", run.seed, { error: 0.4, energy: 3 }) : run,
    );
    expect(verdicts(withoutB)).toMatchObject({ H1: "supported", H2: "not decided", H4: "not decided" });
    expect(verdicts(withoutB)["H1 b"]).toBe("contradicted");
  });

  test("a run that is missing leaves the pairs of its seed, not those of others", () => {
    const missing = runs.filter(({ condition: name, seed }) => !(name === "a" && seed === 2));
    expect(byCondition(missing, ({ seed }) => seed).get("a")).toEqual([1, Number.NaN, 3]);
    const { pairs } = assembleStudy(missing, null, scopeStudy("scope", conditions));
    // Seeds 1 and 3: −1 − wiggle, with wiggle 0.001 and 0.009.
    expect(pairs[0]!.flatness[0]!.difference).toMatchObject({ n: 2 });
    expect(pairs[0]!.flatness[0]!.difference!.estimate).toBeCloseTo(-1.005, 12);
  });

  test("the screening claims nothing", () => {
    const screened = runs.filter(({ seed }) => seed === 1);
    expect(assembleStudy(screened, null, scopeStudy("scope-screening", conditions)).hypotheses).toEqual([]);
  });
});
