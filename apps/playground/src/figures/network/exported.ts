/** Every number behind the figure, for its CSV. */
import type { Table } from "../../ui/chart.ts";
import { type Flatness, lineSteps, noiseSizes, randomSteps, thresholds } from "./flatness.ts";
import type { Evaluated } from "./runs.ts";

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
