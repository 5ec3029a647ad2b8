import { describe, expect, test } from "vitest";
import { type Chart, csvOf, tableOf } from "./chart.ts";
import { shownNumber, withError } from "./numbers.ts";
import { extent, stackedSvg, svgOf } from "./svgOf.ts";
import { ticks } from "./ticks.ts";

const ink = { surface: "#fff", text: "#000", grid: "#ddd", series: ["red", "blue"] };
const chart: Chart = {
  title: 'A <b> & "quoted"',
  x: { label: "x", range: [0, 2] },
  y: { label: "y, log", scale: "log", range: [1, 100] },
  xs: [0, 1, 2],
  lines: [{ name: "line", color: 0, ys: [1, Number.NaN, 100], band: { low: [1, 2, 50], high: [2, 3, 100] } }],
  points: [{ name: "points", color: 1, xs: [1], ys: [10] }],
};

describe("exported charts", () => {
  test("an SVG has the curve at its places, with gaps, and text that is no markup", () => {
    const svg = svgOf(chart, ink);
    // The frame is 70 … 740 by 370 … 56: x = 1 is its middle, 10 that of the logarithm.
    expect(svg).toContain('<path d="M70 370M740 56" fill="none" stroke="red"');
    expect(svg).toContain('<path d="M405 213');
    expect(svg).toContain("A &lt;b&gt; &amp; &quot;quoted&quot;");
    expect(svg).not.toMatch(/NaN|undefined|<b>/);
  });

  test("a long legend has several rows, above the curves", () => {
    const points = Array.from({ length: 9 }, (_, i) => ({ name: `points of set ${i}`, color: i, xs: [1], ys: [10] }));
    const svg = svgOf({ ...chart, points }, ink);
    expect(svg).toContain('height="460"');
    expect(svg).toContain('<g transform="translate(0 40)">');
    const ends = [...svg.matchAll(/<text x="(\d+\.?\d*)" y="(?:44|64|84)">/g)].map(([, x]) => Number(x) + 7.2 * 15);
    expect(ends).toHaveLength(10);
    expect(Math.max(...ends)).toBeLessThan(760);
  });

  test("several charts are one SVG and one table, one below the other", () => {
    const below = { ...chart, title: "Below", lines: [{ name: "other", color: 1, ys: [5, 6, 7] }] };
    const svg = stackedSvg([chart, below], ink);
    expect(svg).toMatch(/^<svg [^>]*height="840"/);
    expect([...svg.matchAll(/<svg y="(\d+)"/g)].map(([, y]) => y)).toEqual(["0", "420"]);
    expect(svg).toContain(">Below</text>");
    expect(stackedSvg([chart], ink)).toBe(svgOf(chart, ink));
    expect(tableOf(chart, below).columns).toEqual(["x", "line", "other"]);
    expect([...tableOf(chart, below).rows][2]).toEqual([2, 100, 7]);
  });

  test("a CSV quotes what needs it and keeps numbers in full", () => {
    expect(csvOf({ columns: ["a,b", 'c"d'], rows: [[0.1 + 0.2, "x\ny"]] })).toBe(
      '"a,b","c""d"\r\n0.30000000000000004,"x\ny"\r\n',
    );
    expect(tableOf(chart)).toEqual({
      columns: ["x", "line"],
      rows: [
        [0, 1],
        [1, Number.NaN],
        [2, 100],
      ],
    });
  });
});

describe("axes", () => {
  test.each([
    [0, 10, "linear", [0, 2, 4, 6, 8, 10]],
    [-3, 0, "linear", [-3, -2.5, -2, -1.5, -1, -0.5, 0]],
    [0.001, 10, "log", [0.001, 0.01, 0.1, 1, 10]],
    [1e-12, 1e12, "log", [1e-12, 1e-8, 1e-4, 1, 1e4, 1e8, 1e12]],
    [20, 60, "log", [20, 30, 40, 50, 60]],
    [5, 5, "linear", [5]],
  ] as const)("ticks of %s … %s, %s", (low, high, scale, expected) => {
    expect(ticks(low, high, scale)).toEqual(expected);
  });

  test("the extent ignores what is not finite, and what a logarithm has not", () => {
    expect(extent([[1, Number.NaN, 3]], "linear", 0)).toEqual([1, 3]);
    expect(extent([[-1, 0, 2, 8]], "log", 0)).toEqual([2, 8]);
    expect(extent([], "linear", 0)).toEqual([0, 1]);
    expect(extent([[2]], "linear", 0.5)).toEqual([1, 3]);
  });

  test.each([
    [0, "0"],
    [1234, "1,234"],
    [-0.12345, "−0.123"],
    [5e-5, "5e−5"],
    [1.5e7, "1.5e7"],
    [Number.NaN, "not a number"],
  ])("%s is shown as %s", (value, text) => {
    expect(shownNumber(value)).toBe(text);
  });

  test.each([
    [0.56712, 0.01612, "0.567 ± 0.016"],
    [-12.34, 1.26, "−12.3 ± 1.3"],
    [1234.5, 250, "1235 ± 250"],
    [0.5, 0, "0.5 ± 0"],
    [Number.NaN, Number.POSITIVE_INFINITY, "not a number ± ∞"],
  ])("%s with the error %s is shown as %s", (value, error, text) => {
    expect(withError(value, error)).toBe(text);
  });
});
