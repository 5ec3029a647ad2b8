/** What the page shows is what the committed files say, read here by other code. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { readFindings } from "../../../readFindings.ts";
import { densityAt, saddles, spectrum } from "./curvature.ts";
import { early, parity } from "./errors.ts";
import { findingsKnobs } from "./knobs.ts";
import { robustness, width } from "./valleys.ts";
import type { ClaimView } from "./view.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../../..");
// biome-ignore lint/suspicious/noExplicitAny: the raw files.
const raw = (name: string): any => JSON.parse(readFileSync(join(root, "docs/results", name), "utf8"));
const findings = readFindings(root);
const percent = (value: number): string => (100 * value).toFixed(2);
const cellsOf = ({ tables }: ClaimView): string[] => tables.flatMap(({ rows }) => rows.flat());
const { claim, network, perturbation } = findingsKnobs.knobs;

describe("numbers on the page are the committed ones:", () => {
  test("test errors of LeNet, and of every network after one epoch", () => {
    const four = raw("lenet-four.json").optimizers;
    const shown = parity(findings);
    for (const { testError, bestTestError, minTestError } of Object.values<typeof four.sgd>(four)) {
      for (const { mean, sd } of [testError, bestTestError, minTestError]) {
        expect(cellsOf(shown)).toContain(`${percent(mean)} ± ${percent(sd)}`);
      }
    }
    const { cells } = raw("first-try.json");
    expect(new Set(cells.map((cell: { network: string }) => cell.network))).toEqual(
      new Set(Object.keys(network.options)),
    );
    for (const { network: name, rates, default: error } of cells) {
      expect(cellsOf(early(findings, name))).toEqual(
        expect.arrayContaining([rates, `${percent(error.mean)} ± ${percent(error.sd)}`]),
      );
    }
  });

  test("verdicts and differences of the study", () => {
    const { hypotheses } = raw("wide-valleys/judgement.json");
    const shown = width(findings);
    for (const { verdict, found } of hypotheses)
      expect(cellsOf(shown)).toEqual(expect.arrayContaining([verdict, found]));
    expect(shown.verdict).toContain(`: ${hypotheses[0].verdict}. Our measurement does not support the claim here`);
    const pair = raw("wide-valleys/study.json").pairs.find(
      (one: { first: string; second: string }) => one.first === "entropy-sgd" && one.second === "sgd",
    );
    const rows = (shown.chart as { rows: { name: string; value: number }[] }).rows;
    expect(rows.map(({ name, value }) => [name, value])).toEqual(
      pair.flatness.map(
        ({ quantity, difference }: { quantity: { title: string }; difference: Record<string, number> }) => [
          quantity.title,
          difference.estimate! / difference.standardError!,
        ],
      ),
    );
    // Differences that the study saw, and no others, have a symbol of their own.
    const marks = (shown.chart as { rows: { symbol: string }[] }).rows.map(({ symbol }) => symbol);
    const symbols: Record<string, string> = { better: "triangle", worse: "diamond", "no difference seen": "circle" };
    expect(marks).toEqual(pair.flatness.map(({ verdict }: { verdict: string }) => symbols[verdict]));
  });

  test("robustness: means and spreads over the seeds, of every perturbation", () => {
    const { runs } = raw("wide-valleys/study.json");
    const names = new Set<string>();
    for (const { measures } of runs) for (const row of measures.robustness) names.add(row.perturbation);
    names.delete("none");
    expect(names).toEqual(new Set(Object.keys(perturbation.options)));
    for (const name of names) {
      const { lines, xs } = robustness(findings, name, "size").chart as import("../../ui/chart.ts").Chart;
      for (const [i, condition] of ["sgd", "entropy-sgd", "control"].entries()) {
        for (const [at, size] of Array.from(xs).entries()) {
          const errors = runs
            .filter((run: { condition: string }) => run.condition === condition)
            .map(
              ({
                measures,
              }: {
                measures: { robustness: { perturbation: string; size: number; error: { estimate: number } }[] };
              }) =>
                measures.robustness.find((row) => row.size === size && [name, "none"].includes(row.perturbation))!.error
                  .estimate,
            );
          expect(errors).toHaveLength(5);
          const mean = errors.reduce((sum: number, error: number) => sum + error / 5, 0);
          expect(lines[i]!.ys[at]).toBeCloseTo(100 * mean, 10);
          expect(lines[i]!.band!.high[at]).toBeGreaterThan(100 * mean);
        }
      }
    }
  });

  test("spectra and saddles", () => {
    const files = ["sgd", "entropy-sgd"].map((optimizer) => raw(`spectra/small-lenet-${optimizer}.json`));
    const { tables } = spectrum(findings);
    expect(tables[0]!.rows[0]!.slice(2)).toEqual(
      files.map(({ nearZero }) => `${(100 * nearZero[0].share).toFixed(1)} %`),
    );
    expect(findings.spectra.map(({ largest }) => largest)).toEqual(files.map(({ largest }) => largest.at(-1).estimate));
    const { points, correlation } = raw("saddles/saddles.json");
    const shown = saddles(findings);
    expect(shown.tables[0]!.rows).toHaveLength(points.length);
    expect(shown.measured).toContain(`${points.length} distinct critical points`);
    expect(shown.measured).toContain(correlation.estimate.toFixed(3));
  });
});

test("the drawn density has the shares of the nodes", () => {
  const grid = Float64Array.from({ length: 4001 }, (_, i) => -2 + i / 1000);
  const density = densityAt(grid, { nodes: [-0.5, 0.5], weights: [0.25, 0.75] }, 0.05);
  const shareBelow0 = density.subarray(0, 2000).reduce((sum, value) => sum + value / 1000, 0);
  expect(shareBelow0).toBeCloseTo(0.25, 6);
  expect(density.reduce((sum, value) => sum + value / 1000, 0)).toBeCloseTo(1, 6);
});

test("every claim has a source whose command is in the page that explains it", () => {
  const views = [parity(findings), early(findings, "lenet"), width(findings), spectrum(findings), saddles(findings)];
  expect(Object.keys(claim.options)).toHaveLength(views.length + 1);
  for (const { sources } of views) {
    expect(sources.length).toBeGreaterThan(0);
    for (const { command, machine, page, file } of sources) {
      const words = readFileSync(join(root, page), "utf8").replaceAll(/\s+/g, " ");
      expect(words, file).toContain(command);
      expect(machine.startsWith("computed from") || words.includes(machine), `${file}: ${machine}`).toBe(true);
    }
  }
});

describe("a file that lacks a field fails the build", () => {
  let folder = "";
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    [
      "lenet-four.json",
      "optimizers.sgd.testError.mean",
      "✖ Invalid input: expected number, received undefined\n  → at optimizers.sgd.testError.mean",
    ],
    ["saddles/saddles.json", "correlation", "expected object"],
    ["measured.json", "0", "nothing says how docs/results/lenet-four.json was measured"],
  ])("%s without %s", (file, path, words) => {
    folder = mkdtempSync(join(tmpdir(), "findings-"));
    mkdirSync(join(folder, "docs"));
    cpSync(join(root, "docs/results"), join(folder, "docs/results"), { recursive: true });
    const content = raw(file);
    const names = path.split(".");
    const holder = names.slice(0, -1).reduce((value, name) => value[name], content);
    if (Array.isArray(holder)) holder.splice(Number(names.at(-1)), 1);
    else delete holder[names.at(-1)!];
    writeFileSync(join(folder, "docs/results", file), JSON.stringify(content));
    expect(() => readFindings(folder)).toThrow(words);
    expect(() => readFindings(folder)).toThrow(`docs/results/${file}: `);
  });
});
