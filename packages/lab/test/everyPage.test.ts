import { expect, test } from "vitest";
import { figureFiles } from "../src/commands/figures.ts";
import { measurementNames } from "../src/measure/place.ts";
import { everyPage } from "./everyPage.ts";
import { dataOf } from "./pageParts.ts";

const pages = Object.entries(everyPage());

test("there is a page of every measurement, and of every figure that the command draws", () => {
  const figures = Object.keys(figureFiles).map((name) => `figure ${name}`);
  expect(pages.map(([name]) => name)).toEqual(expect.arrayContaining([...measurementNames, ...figures]));
});

test.each(pages)("every figure of %s tells its values to the script of the page", (_, { figures, html }) => {
  expect(dataOf(html)).toEqual(figures.map(({ data }) => data));
  for (const { name, data } of figures) {
    const told = data!.series.filter(({ y }) => y.length > 0);
    expect(told.length, name).toBeGreaterThan(0);
    for (const { name: series, x, y, texts, values, reach } of told) {
      expect(series).not.toBe("");
      for (const list of [data!.xs[x]!, texts, values, reach]) expect(list?.length ?? y.length).toBe(y.length);
    }
  }
});
