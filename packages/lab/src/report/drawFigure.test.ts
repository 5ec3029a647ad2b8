import { afterEach, describe, expect, test, vi } from "vitest";
import { drawFigure } from "./drawFigure.ts";
import { rowsFigure } from "./rowsFigure.ts";
import { seriesMarks } from "./seriesMarks.ts";
import { numberedStyles, stylesOf } from "./styles.ts";
import { svgToPng } from "./svgToPng.ts";

const words = { name: "f", title: "A <title>", caption: "What & why" };
const names = ["entropy-sgd", "sgd", "a third one with a long name"];
const styles = stylesOf(names);
const points = (n: number) => names.flatMap((series) => Array.from({ length: n }, (_, x) => ({ series, x, y: x * x })));
const figure = (n: number) =>
  drawFigure(
    words,
    { marks: seriesMarks(points(n), styles, { x: "x", y: "y", series: "series" }) },
    { series: styles },
  );
const height = (svg: string): number => Number(/ height="(\d+)"/.exec(svg)![1]);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a figure", () => {
  test("has a role, a title and a description, and a form for narrow screens", () => {
    const { svg, narrow } = figure(5);
    for (const form of [svg, narrow]) {
      expect(form).toMatch(/^<svg role="img"[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(form).toContain("<title>A &lt;title&gt;</title><desc>What &amp; why</desc>");
    }
    expect(svg).toContain('width="760"');
    expect(narrow).toContain('width="350"');
  });

  test("breaks a label that is longer than its axis, and has room for its lines", () => {
    const label = "← one is flatter · difference / smallest that could have been seen · two is flatter →";
    const { svg, narrow } = drawFigure(words, { x: { label, labelAnchor: "center", domain: [0, 1] } });
    expect(svg).toContain(`>${label}</text>`);
    expect(narrow.match(/<tspan[^>]*>[^<]*<\/tspan>/g)).toHaveLength(3);
    expect(height(narrow)).toBe(304 + 30);
  });

  test("of differences has its labels above their rows if narrow, and distinguishes series by colour", () => {
    const [rows, names] = [
      ["Trace of the Hessian", "Largest eigenvalue"],
      ["sgd − sam", "sgd − swa"],
    ];
    const points = rows.flatMap((row, i) => names.map((series, k) => ({ row, series, value: 50 * (i - k) })));
    const styles = numberedStyles(names);
    const options = { rows, points, styles, label: "difference", limit: 20, critical: 2 };
    const { svg, narrow } = rowsFigure(words, options);
    for (const form of [svg, narrow]) for (const name of [...rows, ...names]) expect(form).toContain(name);
    // Every marker, also those beyond the limit, lies inside the frame.
    const places = [...narrow.matchAll(/cx="([\d.]+)"|translate\(([\d.]+),[\d.]+\)"/g)].map(([, x, y]) =>
      Number(x ?? y),
    );
    expect(places.length).toBeGreaterThanOrEqual(4);
    for (const x of places) expect(x).toBeLessThanOrEqual(340);
    expect(new Set([...styles.values()].map(({ color }) => color)).size).toBe(2);
  });

  test("draws a series of one point, and two equal ones, without a warning", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (const n of [1, 2, 40]) expect(figure(n).svg).not.toContain("⚠");
    expect(warn).not.toHaveBeenCalled();
  });

  test("has the legend's rows above the frame, more of them if narrow", () => {
    const without = drawFigure(words, {});
    const { svg, narrow } = figure(3);
    expect(height(svg) - height(without.svg)).toBe(20);
    expect(height(narrow) - height(without.narrow)).toBe(40);
  });

  test("follows a dark page by custom properties, whose light values are the ones of the picture file", () => {
    const { svg } = figure(3);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).toContain("var(--series-0, #0072B2)");
    const png = Buffer.from(svgToPng(svg));
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  });
});
