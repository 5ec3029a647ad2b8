import { createHash } from "node:crypto";
import * as Plot from "@observablehq/plot";
import { printable } from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { dataOf } from "../../test/pageParts.ts";
import { drawFigure } from "./drawFigure.ts";
import { figureHtml, htmlPage, pagePolicy, table } from "./htmlPage.ts";
import { seriesMarks } from "./seriesMarks.ts";
import { stylesOf } from "./styles.ts";
import { told } from "./told.ts";

describe("a page", () => {
  const scriptsOf = (html: string): string[] =>
    [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
  const figureOf = (name: string, text = name) => {
    const points = [1, 2].map((x) => ({ x, y: x, name }));
    const marks = seriesMarks(points, stylesOf([name]), { x: "x", y: "y", series: "name", text: () => text });
    return drawFigure({ name: "f", title: "A figure", caption: "" }, { marks });
  };

  test("with figures has one script, the one that its policy allows, and nothing may be loaded", () => {
    const html = htmlPage("Two figures", figureHtml(figureOf("a")) + figureHtml(figureOf("b")));
    const [script, ...others] = scriptsOf(html);
    expect(others).toEqual([]);
    const hash = createHash("sha256").update(script!).digest("base64");
    expect(pagePolicy.match(/script-src ([^;]*)/)?.[1]).toBe(`'sha256-${hash}'`);
    expect(pagePolicy).toContain("default-src 'none'");
    // In front of everything that it governs.
    expect(html).toContain(
      `<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">`,
    );
    expect(html).not.toMatch(/<(link|base|iframe|object|embed)\b|@import|url\((?!#)/);
  });

  test("has names no longer than the legend has them", () => {
    const [data] = dataOf(figureHtml(figureOf("x".repeat(1e5), "")));
    expect(data!.series[0]!.name).toBe(`${"x".repeat(80)}…`);
    const bands = ["a", "y".repeat(1e5)];
    const marks = [told(Plot.dot(bands, { x: (name: string) => name, y: 1 }), "n")];
    expect(drawFigure({ name: "f", title: "", caption: "" }, { marks }).data!.x.bands).toEqual([
      "a",
      `${"y".repeat(80)}…`,
    ]);
  });

  test("without figures has no script", () => {
    const html = htmlPage("Words", "<p>None.</p>");
    expect(html).not.toContain("<script");
    expect(html).toContain(pagePolicy);
  });

  test("has the data of its figures, whatever names of series hold", () => {
    const hostile = [`</script><script>alert(1)</script>`, `"'&<!--\\ `, "\u2028\u2029\u202e\u0000", "\ud800 lone"];
    for (const name of hostile) {
      const html = htmlPage("A figure", figureHtml(figureOf(name)));
      expect(scriptsOf(html)).toHaveLength(1);
      const [data, ...others] = dataOf(html);
      expect(others).toEqual([]);
      expect(data!.series).toMatchObject([{ name: printable(name), texts: [printable(name), printable(name)] }]);
      // A page is read as lines of printable characters.
      expect(html).not.toMatch(/[\u2028\u2029\u202e]/);
    }
  });
});

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

  test("keeps the settings behind a name in one line, and the name", () => {
    const cells = table(
      [
        ["condition", "rate"],
        ["entropy-sgd γ=0.01 ε=<0.1> L=100", "1"],
      ],
      "",
    );
    expect(cells).toContain(
      '<td class="long"><span class="whole">entropy-sgd</span> <span class="whole">γ=0.01 ε=&lt;0.1&gt; L=100</span></td>',
    );
    expect(
      table(
        [
          ["a", "b"],
          ["words of which none is a setting", "1"],
        ],
        "",
      ),
    ).not.toContain("whole");
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
