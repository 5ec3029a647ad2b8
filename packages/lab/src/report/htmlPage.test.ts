import { describe, expect, test } from "vitest";
import { table } from "./htmlPage.ts";

describe("a table", () => {
  const html = table(
    [
      ["measure", "verdict", "difference", "one"],
      ["trace", "not distinguishable", "−0.0023 ± 0.0014", "does not apply"],
      ["largest eigenvalue", "two is flatter", "12.5 ± 4.6e-8 points", "2e-7"],
      ["third", "–", "–", "±1.47e-5"],
    ],
    "What it is.",
  );

  test("has its caption outside of the scrolled part", () => {
    expect(html).toMatch(/<\/table><\/div><p>What it is\.<\/p><\/div>$/);
    expect(html).not.toContain("<caption>");
  });

  test("has words flush left and numbers, never broken, flush right", () => {
    const classes = [...html.matchAll(/<th(?: class="(\w+)")?>/g)].map(([, own]) => own);
    expect(classes).toEqual([undefined, "words", undefined, undefined]);
    expect(html).toContain("<td>12.5 ± 4.6e-8 points</td>");
  });

  test("of names and values has its values flush left if one is not a number", () => {
    const settings = (value: string) =>
      table(
        [
          ["setting", "value"],
          ["a", "1"],
          ["b", value],
          ["c", "3"],
        ],
        "",
      );
    expect(settings("2")).toContain("<td>1</td>");
    expect(settings("evaluation mode, without dropout")).toContain('<td class="words">1</td>');
  });
});
