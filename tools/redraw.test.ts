import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { docs, redrawn } from "./redraw/redrawn.ts";

const texts = redrawn();

test.each([...texts])("docs/%s is what `npm run redraw` writes", (path, text) => {
  expect(readFileSync(join(docs, path), "utf8") === text).toBe(true);
});

test("every committed figure is one of them", () => {
  // Those of docs/screenshots are pictures of pages (tools/screenshots.ts).
  const figures = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".svg") && !path.startsWith("screenshots"),
  );
  expect(figures.sort()).toEqual([...texts.keys()].filter((path) => path.endsWith(".svg")).sort());
});

test("the legend of a figure leaves out series without points", () => {
  // All 110 points are recorded under "descent, then newton", none under "newton".
  expect([...texts.get("results/saddles/saddles.svg")!.matchAll(/>([^<]*newton)</g)].map(([, name]) => name)).toEqual([
    "descent, then newton",
  ]);
});
