import { afterEach, describe, expect, test, vi } from "vitest";
import { drawFigure } from "./drawFigure.ts";
import { seriesMarks } from "./seriesMarks.ts";
import { stylesOf } from "./styles.ts";
import { svgToPng } from "./svgToPng.ts";

const words = { name: "f", title: "A <title>", caption: "What & why" };
const names = ["entropy-sgd", "sgd", "a third one with a long name"];
const styles = stylesOf(names);
const points = (n: number) => names.flatMap((series) => Array.from({ length: n }, (_, x) => ({ series, x, y: x * x })));
const figure = (n: number) =>
  drawFigure(words, { marks: seriesMarks(points(n), styles, { x: "x", y: "y", series: "series" }) }, styles);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a figure", () => {
  test("has a role, a title and a description, and a form for narrow screens", () => {
    const { svg, narrow } = figure(5);
    for (const form of [svg, narrow!]) {
      expect(form).toMatch(/^<svg role="img"[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(form).toContain("<title>A &lt;title&gt;</title><desc>What &amp; why</desc>");
    }
    expect(svg).toContain('width="760"');
    expect(narrow).toContain('width="350"');
  });

  test("is not drawn narrow where labels take the room", () => {
    expect(drawFigure(words, { marginLeft: 300 }).narrow).toBeNull();
  });

  test("draws a series of one point, and two equal ones, without a warning", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (const n of [1, 2, 40]) expect(figure(n).svg).not.toContain("⚠");
    expect(warn).not.toHaveBeenCalled();
  });

  test("has the legend's rows above the frame: more of them where the figure is narrow", () => {
    const height = (svg: string): number => Number(/ height="(\d+)"/.exec(svg)![1]);
    const without = drawFigure(words, {});
    const { svg, narrow } = figure(3);
    expect(height(svg) - height(without.svg)).toBe(20);
    expect(height(narrow!) - height(without.narrow!)).toBe(40);
  });

  test("follows a dark page by custom properties, whose light values are the ones of the picture file", () => {
    const { svg } = figure(3);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).toContain("var(--series-0, #0072B2)");
    const png = Buffer.from(svgToPng(svg));
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  });
});
