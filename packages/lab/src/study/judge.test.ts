import { describe, expect, test } from "vitest";
import { compareConditions, judge, type Quantity } from "./judge.ts";

const quantity = (name: string, a: number[], b: number[]): Quantity => ({
  name,
  title: name,
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
    expect(none!.verdict).toBe("no difference seen");
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
  const verdict = (...all: Quantity[]) => judge(compareConditions(all, "a", "b")).verdict;
  expect(verdict(better("x"), better("y"), same("z"))).toBe("supported");
  expect(verdict(better("x"), same("y"))).toBe("not decided");
  expect(verdict(better("x"), better("y"), worse("z"))).toBe("not decided");
  expect(verdict(worse("x"), worse("y"), same("z"))).toBe("contradicted");
  expect(verdict(better("x"), none("y"))).toBe("supported");
});
