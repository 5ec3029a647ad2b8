import { expect, test } from "vitest";
import { everyPage } from "./everyPage.ts";
import { dataOf } from "./pageParts.ts";

const pages = Object.entries(everyPage());

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
