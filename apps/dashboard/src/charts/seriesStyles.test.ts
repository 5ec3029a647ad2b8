import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { seriesColors, stylesOf as stylesOfPages } from "../../../../packages/lab/src/report/styles.ts";
import { numColors, stylesOf } from "./seriesStyles.ts";

test("series look as on the workbench's other pages", () => {
  const names = [
    "sgd",
    "entropy-sgd learningRate=0.1",
    "adamw",
    "mine",
    "sgd momentum=0",
    "adam (paper)",
    "other",
    "sam",
  ];
  const expected = [...stylesOfPages(names).values()].map(({ color, dash }) => [/--series-\d/.exec(color)![0], dash]);
  expect(
    stylesOf(names).map(({ color, dash }) => [`--series-${color}`, dash.length === 0 ? "none" : dash.join(" ")]),
  ).toEqual(expected);
});

test("colours are the same, light and dark", () => {
  const style = readFileSync(fileURLToPath(new URL("../../../series.css", import.meta.url)), "utf8");
  const [light, dark] = [0, 1].map((theme) =>
    [...style.matchAll(/--series-(\d): (#\w+)/g)]
      .slice(numColors * theme, numColors * (theme + 1))
      .map(([, , color]) => color),
  );
  expect(light).toEqual(seriesColors.map(([color]) => color.toLowerCase()));
  expect(dark).toEqual(seriesColors.map(([, color]) => color.toLowerCase()));
});
