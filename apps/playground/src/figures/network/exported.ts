/** What the figure saves: its charts below each other, and every number behind them. */
import type { Chart, Table } from "../../ui/chart.ts";
import { type Ink, svgOf } from "../../ui/svgOf.ts";
import { type Flatness, lineSteps, noiseSizes, randomSteps, thresholds } from "./flatness.ts";
import type { Evaluated } from "./runs.ts";

/** Charts as one SVG. */
export function stackedSvg(charts: readonly Chart[], ink: Ink): string {
  const parts = charts.map((chart) => svgOf(chart, ink));
  const sizeOf = (svg: string, name: "width" | "height"): number =>
    Number(new RegExp(`${name}="(\\d+)"`).exec(svg)![1]);
  let top = 0;
  const placed = parts.map((svg) => {
    const at = top;
    top += sizeOf(svg, "height");
    return svg.replace("<svg ", `<svg y="${at}" `);
  });
  const width = Math.max(...parts.map((svg) => sizeOf(svg, "width")));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}">\n${placed.join("")}</svg>\n`;
}

/** One row for each number: what it is, whose, where, and the number. */
export function numbersTable(evaluated: readonly Evaluated[], flatness: Flatness | null): Table {
  const rows: (number | string)[][] = evaluated.flatMap(({ optimizer, seed, gradients, ...values }) =>
    Object.entries(values).map(([name, value]) => [name, optimizer, seed, gradients, value]),
  );
  for (const { optimizer, seed, directions, rises, random, trace, ...values } of flatness?.runs ?? []) {
    const add = (name: string, x: number | string, value: number): void =>
      void rows.push([`flatness.${name}`, optimizer, seed, x, value]);
    for (const [name, value] of Object.entries(values)) add(name, "", value);
    add("trace", "", trace.estimate);
    add("trace.standardError", "", trace.standardError);
    for (const [i, count] of directions.entries()) add("directions", thresholds[i]!, count);
    for (const [i, loss] of random.entries()) add("random", randomSteps[i]!, loss);
    for (const [i, { loss, error }] of rises.entries()) {
      add("lossRise", noiseSizes[i]!, loss.estimate);
      add("lossRise.standardError", noiseSizes[i]!, loss.standardError);
      add("errorRise", noiseSizes[i]!, error.estimate);
      add("errorRise.standardError", noiseSizes[i]!, error.standardError);
    }
  }
  for (const { optimizer, seed, train, test } of flatness?.lines ?? []) {
    for (const [i, step] of lineSteps.entries()) {
      rows.push(
        ["flatness.line.train", optimizer, seed, step, train[i]!],
        ["flatness.line.test", optimizer, seed, step, test[i]!],
      );
    }
  }
  return { columns: ["quantity", "optimizer", "seed", "x", "value"], rows };
}
