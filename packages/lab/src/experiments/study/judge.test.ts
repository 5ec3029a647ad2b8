import { describe, expect, test } from "vitest";
import { percentagePoints } from "../../statistics/words.ts";
import { compareConditions, judge, judgeEquivalence, type StudyQuantity } from "./judge.ts";

const quantity = (name: string, a: number[], b: number[]): StudyQuantity => ({
  name,
  title: name,
  unit: percentagePoints,
  values: new Map([
    ["a", a],
    ["b", b],
  ]),
});

describe("comparison over seeds", () => {
  test("a difference is seen where it exceeds 2.78 standard errors of 5 seeds", () => {
    // Differences −1, −2, −1, −2, −1.5: mean −1.5, deviation 0.5, standard error 0.2236: 6.7 of them.
    const [seen] = compareConditions([quantity("x", [1, 2, 3, 4, 5], [2, 4, 4, 6, 6.5])], "a", "b");
    expect(seen).toMatchObject({ verdict: "better", difference: { n: 5 } });
    expect(seen!.difference!.estimate).toBeCloseTo(-1.5, 12);
    const [none] = compareConditions([quantity("x", [1, 9, 3, 2, 5], [2, 4, 4, 6, 6])], "a", "b");
    expect(none!.verdict).toBe("not distinguishable");
    const [worse] = compareConditions([quantity("x", [1, 2, 3, 4, 5], [2, 4, 4, 6, 6.5])], "b", "a");
    expect(worse!.verdict).toBe("worse");
  });

  test("seeds without a value drop out of the pairs; fewer than two compare nothing", () => {
    const [left] = compareConditions([quantity("x", [1, Number.NaN, 3], [2, 5, Number.NaN])], "a", "b");
    expect(left).toMatchObject({ verdict: "not comparable", difference: null });
    const [two] = compareConditions([quantity("x", [1, Number.NaN, 3], [2, 5, 4.5])], "a", "b");
    expect(two!.difference!.n).toBe(2);
  });
});

test("a hypothesis needs more than half of the measures and none against it", () => {
  const better = (name: string) => quantity(name, [1, 1.1, 1, 1.1, 1], [2, 2.2, 2, 2.1, 2]);
  const worse = (name: string) => quantity(name, [2, 2.2, 2, 2.1, 2], [1, 1.1, 1, 1.1, 1]);
  const same = (name: string) => quantity(name, [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]);
  const none = (name: string) => quantity(name, [Number.NaN], [1]);
  const verdict = (...all: StudyQuantity[]) => judge(compareConditions(all, "a", "b")).verdict;
  expect(verdict(better("x"), better("y"), same("z"))).toBe("supported");
  expect(verdict(better("x"), same("y"))).toBe("not decided");
  expect(verdict(better("x"), better("y"), worse("z"))).toBe("not decided");
  expect(verdict(worse("x"), worse("y"), same("z"))).toBe("contradicted");
  expect(verdict(better("x"), none("y"))).toBe("supported");
});

describe("equivalence of test errors", () => {
  const options = { margin: 0.002, resolution: 1e-4 };
  const verdict = (a: number[], b: number[], own: object = options) =>
    judgeEquivalence(compareConditions([quantity("test-error", a, b)], "a", "b", own)[0]!);

  test("far apart and few is not decided, though no difference is seen", () => {
    // 15.4 against 20.6 per cent: −5.2 ± 7.4 points.
    const [a, b] = [
      [0.1, 0.208],
      [0.226, 0.186],
    ];
    expect(compareConditions([quantity("test-error", a!, b!)], "a", "b", options)[0]!.verdict).toBe(
      "not distinguishable",
    );
    expect(verdict(a!, b!)).toBe("not decided");
  });

  test("is not contradicted where no difference is seen, however far from the margin the estimate lies", () => {
    // Differences 1.02 and 1.22 points: 1.12 ± 0.10, of which 12.7 standard errors are seen with two seeds, 6.3 one-sidedly.
    const [a, b] = [
      [0.0302, 0.0322],
      [0.02, 0.02],
    ] as const;
    const [compared] = compareConditions([quantity("test-error", [...a], [...b])], "a", "b", options);
    expect(compared!.difference!.estimate).toBeCloseTo(0.0112, 12);
    expect(compared!.difference!.standardError).toBeCloseTo(0.001, 12);
    expect(compared!.verdict).toBe("not distinguishable");
    expect(judgeEquivalence(compared!)).toBe("not decided");
  });

  test("is supported within the margin, contradicted outside it, and not decided across it", () => {
    const b = [0.01, 0.0102, 0.0101, 0.0103];
    const shifted = (shift: number): number[] => b.map((value, i) => value + shift + (i % 2 === 0 ? 1e-4 : -1e-4));
    // Standard error 0.0058 points, 3 degrees of freedom: t₀.₉₅ = 2.35 makes 0.0136 points, t₀.₉₇₅ = 3.18 makes 0.0184.
    expect(verdict(shifted(0.0018), b)).toBe("supported");
    expect(verdict(shifted(0.002), b)).toBe("not decided");
    expect(verdict(shifted(-0.0022), b)).toBe("contradicted");
    expect(verdict(shifted(-0.00215), b)).toBe("not decided");
    expect(verdict(shifted(0), b, {})).toBe("not decided");
    expect(verdict(b, b)).toBe("not decided");
  });
});

test("nothing below the instrument's own error is seen", () => {
  const values = { ...quantity("x", [1, 1.001, 1], [1.01, 1.0105, 1.01]) };
  expect(compareConditions([values], "a", "b")[0]!.verdict).toBe("better");
  const errors = new Map([
    ["a", [0.03, 0.03, 0.03]],
    ["b", [0.03, 0.03, 0.03]],
  ]);
  const [compared] = compareConditions([{ ...values, errors }], "a", "b");
  expect(compared!.verdict).toBe("not distinguishable");
  // √(6·0.03²)/3.
  expect(compared!.difference!.detectable).toBeCloseTo((0.03 * Math.sqrt(6)) / 3, 12);
});
