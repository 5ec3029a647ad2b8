/** Reads the committed results that the page shows; a file that lacks a field fails the build, with the file and the field. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Findings, Robustness, Source, Spread, Study } from "./src/figures/findings/findings.ts";

const { number, string, object, array } = z;
const spread = object({ mean: number(), sd: number(), n: number() });
const sources = array(
  object({ file: string(), command: string(), machine: string(), date: z.iso.date(), page: string() }),
);
const fourEpochs = object({
  runs: array(object({ effectiveEpochs: number() })).nonempty(),
  optimizers: z.record(
    string(),
    object({ testError: spread, bestTestError: spread, minTestError: spread, trainLoss: spread }),
  ),
});
const firstTry = object({
  seeds: array(number()),
  cells: array(
    object({ network: string(), optimizer: string(), preset: string().nullable(), rates: string(), default: spread }),
  ),
});
const quantity = object({ title: string() });
const difference = object({ estimate: number(), standardError: number(), critical: number(), n: number() });
const study = object({
  settings: object({ network: string(), seeds: number(), budget: number() }),
  pairs: array(
    object({
      first: string(),
      second: string(),
      flatness: array(object({ quantity, difference, verdict: string() })),
    }),
  ),
  runs: array(
    object({
      condition: string(),
      seed: number(),
      measures: object({
        robustness: array(object({ perturbation: string(), size: number(), error: object({ estimate: number() }) })),
      }),
    }),
  ),
});
const judgement = object({
  hypotheses: array(object({ name: string(), claim: string(), verdict: string(), found: string() })),
  testErrors: array(
    object({
      first: string(),
      second: string(),
      quantity,
      difference: difference.extend({ margin: number(), equivalent: z.boolean() }),
      verdict: string(),
    }),
  ),
});
const eigenvalues = array(object({ estimate: number() })).nonempty();
const spectrum = object({
  settings: object({ optimizer: string(), steps: number(), probes: number() }),
  dimension: number(),
  largest: eigenvalues,
  smallest: eigenvalues,
  nearZero: array(object({ threshold: number(), share: number(), resolved: z.boolean() })),
  densityProbes: array(object({ nodes: array(number()), weights: array(number()) })).nonempty(),
});
const saddles = object({
  settings: object({ network: string(), examples: number(), tolerance: number() }),
  numSearches: number(),
  numNotConverged: z.record(string(), number()),
  points: array(object({ energy: number(), index: number() })).nonempty(),
  correlation: object({ estimate: number(), low: number(), high: number() }),
});

/** The files' folder. */
const folder = "docs/results";

/**
 * The findings.
 *
 * @param root - the repository's folder
 * @throws Error that names a file, and a field that is missing or no number
 */
export function readFindings(root: string): Findings {
  const read = <T>(name: string, schema: z.ZodType<T>): T => {
    const file = `${folder}/${name}`;
    const result = schema.safeParse(JSON.parse(readFileSync(join(root, file), "utf8")));
    if (result.success) return result.data;
    throw new Error(`${file}: ${z.prettifyError(result.error)}`);
  };
  const all = read("measured.json", sources);
  const sourceOf = (name: string): Source => {
    const found = all.find(({ file }) => file === `${folder}/${name}`);
    if (found === undefined)
      throw new Error(`${folder}/measured.json: nothing says how ${folder}/${name} was measured`);
    return found;
  };
  const [studyFile, judgementFile] = ["wide-valleys/study.json", "wide-valleys/judgement.json"];
  return {
    fourEpochs: { source: sourceOf("lenet-four.json"), ...fourEpochsOf(read("lenet-four.json", fourEpochs)) },
    firstTry: { source: sourceOf("first-try.json"), ...firstTryOf(read("first-try.json", firstTry)) },
    study: {
      source: sourceOf(studyFile),
      judged: sourceOf(judgementFile),
      ...studyOf(read(studyFile, study), read(judgementFile, judgement)),
    },
    spectra: ["sgd", "entropy-sgd"].map((optimizer) => {
      const file = `spectra/small-lenet-${optimizer}.json`;
      return { source: sourceOf(file), ...spectrumOf(read(file, spectrum)) };
    }),
    saddles: { source: sourceOf("saddles/saddles.json"), ...saddlesOf(read("saddles/saddles.json", saddles)) },
  };
}

function fourEpochsOf({ runs, optimizers }: z.infer<typeof fourEpochs>) {
  const rows = Object.entries(optimizers).map(([optimizer, row]) => ({ optimizer, ...row }));
  // The budget is rounded up to an outer step.
  return { epochs: Math.floor(runs[0].effectiveEpochs), rows };
}

function firstTryOf({ seeds, cells }: z.infer<typeof firstTry>) {
  return { seeds, rows: cells.map(({ default: testError, ...row }) => ({ ...row, testError })) };
}

function studyOf(
  { settings, pairs, runs }: z.infer<typeof study>,
  { hypotheses, testErrors }: z.infer<typeof judgement>,
): Omit<Study, "source" | "judged"> {
  const isClaim = ({ first, second }: { first: string; second: string }): boolean =>
    first === "entropy-sgd" && second === "sgd";
  const [pair, errors] = [pairs.find(isClaim), testErrors.find(isClaim)];
  if (pair === undefined || errors === undefined)
    throw new Error(`${folder}/wide-valleys: entropy-sgd and sgd are not compared`);
  return {
    ...settings,
    hypotheses,
    flatness: pair.flatness.map((row) => ({ title: row.quantity.title, ...row.difference, verdict: row.verdict })),
    testError: { title: errors.quantity.title, ...errors.difference, verdict: errors.verdict },
    perturbations: perturbationsOf(runs),
  };
}

/** Mean test error and its spread over the seeds, against each perturbation's size; no perturbation is size 0 of each. */
function perturbationsOf(runs: z.infer<typeof study>["runs"]): Study["perturbations"] {
  const rows = runs[0]?.measures.robustness ?? [];
  const names = [...new Set(rows.map(({ perturbation }) => perturbation))].filter((name) => name !== "none");
  return names.map((name) => {
    const isOfCurve = ({ perturbation }: { perturbation: string }): boolean =>
      perturbation === name || perturbation === "none";
    const sizes = rows.filter(isOfCurve).map(({ size }) => size);
    const curveOf = (condition: string): Robustness => {
      const own = runs
        .filter((run) => run.condition === condition)
        .map(({ measures }) => measures.robustness.filter(isOfCurve));
      const errors = sizes.map((size, i) =>
        spreadOf(
          own.map((values) => {
            if (values[i]?.size !== size)
              throw new Error(`${folder}/wide-valleys/study.json: ${condition}: ${name} has other sizes`);
            return values[i].error.estimate;
          }),
        ),
      );
      return { condition, errors };
    };
    return { name, sizes, curves: ["sgd", "entropy-sgd", "control"].map(curveOf) };
  });
}

function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { mean, sd, n };
}

function spectrumOf({ settings, dimension, largest, smallest, nearZero, densityProbes }: z.infer<typeof spectrum>) {
  const resolved = nearZero.find((row) => row.resolved);
  if (resolved === undefined) throw new Error(`${folder}/spectra: no share near zero is resolved`);
  return {
    ...settings,
    dimension,
    largest: Math.max(...largest.map(({ estimate }) => estimate)),
    smallest: Math.min(...smallest.map(({ estimate }) => estimate)),
    nearZero: { threshold: resolved.threshold, share: resolved.share },
    ...densityProbes[0]!,
  };
}

function saddlesOf({ settings, numSearches, numNotConverged, points, correlation }: z.infer<typeof saddles>) {
  return {
    ...settings,
    numSearches,
    numNotConverged: Object.values(numNotConverged).reduce((sum, value) => sum + value, 0),
    energies: points.map(({ energy }) => energy),
    indices: points.map(({ index }) => index),
    correlation,
  };
}
