/** Pages of every kind with their figures: of committed results, or of numbers made up here. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { doubleWell } from "entropy-sgd/planted";
import { gridDensity } from "entropy-sgd/sampling";
import { tinyData } from "../../training/test/tinyTask.ts";
import { reproducedRun } from "../src/experiments/reproduce/reproducedRun.ts";
import { reproductionResult } from "../src/experiments/reproduce/reproductionResult.ts";
import { assembleStudy, type MeasuredRun } from "../src/experiments/study/assemble.ts";
import { scopeStudy } from "../src/experiments/study/scopeStudy.ts";
import { planSweep } from "../src/experiments/sweep/planSweep.ts";
import { parseSweep } from "../src/experiments/sweep/readSweep.ts";
import { sweepResult } from "../src/experiments/sweep/sweepResult.ts";
import type { SaddleStudy } from "../src/measure/findSaddles.ts";
import { foundScopes } from "../src/measure/foundScopes.ts";
import type { SampledTarget } from "../src/measure/gibbs.ts";
import type { FlatnessDifference } from "../src/measure/measureFlatness.ts";
import type { Spectrum } from "../src/measure/measureSpectrum.ts";
import { judgedStudy, type PlantedRecord } from "../src/measure/planted/judgedStudy.ts";
import type { RatePoint } from "../src/measure/searchLearningRate.ts";
import type { SlicePoint } from "../src/measure/slices.ts";
import { wideValleys } from "../src/measure/wideValleys.ts";
import { flatnessFigure, flatnessPage } from "../src/pages/flatnessFigure.ts";
import { learningRateFigure, learningRatePage } from "../src/pages/learningRateFigure.ts";
import { localEntropyFigure, localEntropyPage } from "../src/pages/localEntropyFigure.ts";
import { plantedFigures } from "../src/pages/plantedFigures.ts";
import { plantedPage } from "../src/pages/plantedPage.ts";
import { renderReport } from "../src/pages/renderReport.ts";
import { reproductionFigure } from "../src/pages/reproductionFigure.ts";
import { reproductionPage } from "../src/pages/reproductionPage.ts";
import { robustnessFigures, robustnessPage } from "../src/pages/robustnessFigure.ts";
import { saddlesFigure, saddlesPage } from "../src/pages/saddlesFigure.ts";
import { gibbsFigures, gibbsPage, langevinFigures, langevinPage } from "../src/pages/samplingFigures.ts";
import { scopeFigures, scopePage } from "../src/pages/scopeFigures.ts";
import { lineFigure, slicePage, surfaceFigure } from "../src/pages/slicesFigure.ts";
import { spectrumFigure, spectrumPage } from "../src/pages/spectrumFigure.ts";
import { studyFigures } from "../src/pages/studyFigures.ts";
import { studyPage } from "../src/pages/studyPage.ts";
import { sweepFigures } from "../src/pages/sweepFigures.ts";
import { sweepPage } from "../src/pages/sweepPage.ts";
import { figuresOf } from "../src/pages/trainingFigures.ts";
import { wideValleysFigure, wideValleysPage } from "../src/pages/wideValleysFigure.ts";
import type { Figure } from "../src/report/drawFigure.ts";
import { notDistinguishable } from "../src/statistics/words.ts";
import { partsOf, recordOf, resultWith } from "./testRecords.ts";

/** A page's figures and text. */
export interface MadePage {
  readonly figures: readonly Figure[];
  readonly html: string;
}

const settings = { run: "runs/one", examples: 1000, seed: 1 };
const names = ["runs/sgd-1", "runs/entropy-sgd-1"] as const;

/** A page of each kind by the command that writes it. */
export function everyPage(): Readonly<Record<string, MadePage>> {
  return {
    report: report([[0.3, 0.12]], ["entropy-sgd"]),
    compare: report(
      [
        [0.3, 0.12],
        [0.5, 0.14],
      ],
      ["entropy-sgd", "sgd", "adam"],
    ),
    "compare at the end alone": report([[0.2], [0.1]], ["entropy-sgd", "sgd"]),
    sweep: sweep(),
    "lr-find": rates(),
    "find-scope": scopes(),
    spectrum: spectrum(),
    "local-entropy": localEntropy(),
    robustness: robustness(),
    flatness: flatness(),
    slice: slice(),
    saddles: saddles(),
    planted: planted(),
    study: study(),
    "study scope": scopeStudied(),
    reproduce: reproduce(),
    "figure langevin": langevin(),
    "figure gibbs": gibbs(),
    "figure wide-valleys": valleys(),
  };
}

function one(figure: Figure, pageOf: (figure: Figure) => string): MadePage {
  return { figures: [figure], html: pageOf(figure) };
}

function report(errors: readonly (readonly number[])[], optimizers: readonly string[]): MadePage {
  const records = optimizers.flatMap((optimizer, k) =>
    errors.map((own, seed) =>
      recordOf(
        optimizer,
        seed + 1,
        own.map((error) => error * (1 + 0.1 * k)),
      ),
    ),
  );
  const figures = figuresOf(records);
  return { figures, html: renderReport(records, figures) };
}

function sweep(): MadePage {
  const content = {
    ...{ network: "small-mnistfc", budget: 2, optimizer: "sgd", seeds: 2 },
    ...{ set: { batchSize: 50, validation: 100 } },
    parameters: { learningRate: [0.01, 0.1, 1], nesterov: [true, false] },
  };
  const data = tinyData({ train: 500, validation: 100, test: 100 });
  const plan = planSweep(parseSweep(JSON.stringify(content), "s.json", "/folder"), partsOf("small-mnistfc", data));
  const outcomes = plan.runs.map((_, i) => ({
    kind: "ended" as const,
    result: resultWith({ seed: 1 + (i % 2), validationError: 0.02 + 0.01 * (i % 5), testError: 0.02 }),
    before: false,
  }));
  const result = sweepResult(plan, outcomes);
  const figures = sweepFigures(result);
  const { environment } = recordOf("sgd", 1, []);
  return { figures, html: sweepPage(result, { plan, figures, reports: new Set(), environment }) };
}

function rates(): MadePage {
  const points = Array.from({ length: 60 }, (_, i): RatePoint => {
    const rate = 1e-4 * 10 ** (i / 12);
    const smoothed = 0.2 + 2.1 / (1 + 30 * rate) + 0.2 * rate ** 2;
    return { rate, loss: smoothed * (1 + 0.1 * Math.sin(7 * i)), smoothed };
  });
  const searches = [1, 2].map((seed) => ({ seed, points, steepest: 0.02 * seed, lowest: 0.5, endedAt: null }));
  return one(learningRateFigure(searches, "learningRate"), (figure) =>
    learningRatePage(searches, "learningRate", figure, settings),
  );
}

function scopes(): MadePage {
  const sweeps = [0, 1.5].map((effectiveEpochs) => ({
    effectiveEpochs,
    points: Array.from({ length: 17 }, (_, i) => {
      const scope = 1e-3 * 10 ** (i / 4);
      return { scope, force: scope / (1 + scope), distance: 0.1 / (1 + scope + effectiveEpochs), focusing: 0.02 };
    }),
  }));
  const found = foundScopes(sweeps, { force: [0.1, 2], distance: [0.03] });
  const figures = scopeFigures(sweeps, found);
  return { figures, html: scopePage(sweeps, found, figures, settings) };
}

function committed<Value>(path: string): Value {
  return JSON.parse(readFileSync(fileURLToPath(new URL(`../../../docs/results/${path}`, import.meta.url)), "utf8"));
}

function spectrum(): MadePage {
  const { densityProbes, ...rest } = committed<Spectrum & { densityProbes: Spectrum["density"]["probes"] }>(
    "spectra/small-lenet-sgd.json",
  );
  const measured: Spectrum = {
    ...rest,
    nearZero: [],
    trace: null,
    density: { ...rest.density, probes: densityProbes },
  };
  return one(spectrumFigure(measured, "small-lenet"), (figure) => spectrumPage(measured, figure, settings));
}

function localEntropy(): MadePage {
  const { runs } = committed<{ runs: MeasuredRun[] }>("wide-valleys/study.json");
  const curves = runs.slice(0, 2).map(({ condition, coupling }) => ({
    name: condition,
    curve: { loss: 0.01, largestEigenvalue: 10, points: coupling! },
  }));
  return one(localEntropyFigure(curves), (figure) => localEntropyPage(curves, figure, settings));
}

function robustness(): MadePage {
  const { runs } = committed<{ runs: MeasuredRun[] }>("wide-valleys/study.json");
  const seriesOf = (k: 0 | 1) => ({
    name: names[k],
    points: runs[k]!.measures.robustness.map(({ error, ...point }) => ({ ...point, metric: error })),
  });
  const [series, metric] = [[seriesOf(0), seriesOf(1)] as const, { name: "error", better: "smaller" } as const];
  const figures = robustnessFigures(series, metric);
  return { figures, html: robustnessPage(series, [], figures, settings, metric) };
}

function flatness(): MadePage {
  const titles = ["Trace of the Hessian", "Largest eigenvalue", "Worst loss at distance 0.5 along random directions"];
  const differences = titles.map(
    (title, k): FlatnessDifference => ({
      ...{ name: `m${k}`, title, estimate: 3 * (k - 0.6), standardError: 0.4, detectable: 1.2 },
      verdict: k === 2 ? "second is flatter" : notDistinguishable,
    }),
  );
  const measures = titles.map((title, k) => ({
    ...{ name: `m${k}`, title, estimate: 4 + k, standardError: 0.3, degreesOfFreedom: null },
    ...{ valid: true, reason: null, draws: null, cost: 10 },
  }));
  const solutions = [
    { name: names[0], measures },
    { name: names[1], measures },
  ] as const;
  return one(flatnessFigure(differences, names), (figure) =>
    flatnessPage(solutions, differences, ["One sentence."], figure, settings),
  );
}

function slice(): MadePage {
  const lossAt = (x: number, y: number): SlicePoint => {
    const loss = 0.01 + 4 * x ** 2 * (x - 1) ** 2 + y ** 2;
    return { x, y, loss, metric: loss / 10 };
  };
  const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => -0.5 + (2 * i) / (count - 1));
  const marks = names.map((name, x) => ({ x, name }));
  const line = steps(41).map((x) => lossAt(x, 0));
  const surface = steps(9).flatMap((y) => steps(9).map((x) => lossAt(x, y - 0.5)));
  const figures = [lineFigure(line, marks), surfaceFigure(surface, marks)];
  return { figures, html: slicePage(figures, settings) };
}

function planted(): MadePage {
  const study = judgedStudy(committed<PlantedRecord>("planted/planted.json"));
  const figures = plantedFigures(study);
  return { figures, html: plantedPage(study, figures) };
}

function saddles(): MadePage {
  const found = committed<SaddleStudy>("saddles/saddles.json");
  return one(saddlesFigure(found), (figure) => saddlesPage(found, figure, settings));
}

function study(): MadePage {
  const { runs, settings: own } = committed<{ runs: MeasuredRun[]; settings: Record<string, string> }>(
    "wide-valleys/study.json",
  );
  const assembled = assembleStudy(runs, null);
  const figures = studyFigures(assembled);
  return { figures, html: studyPage(assembled, figures, own, () => "as they were") };
}

/** The committed study, with two of its conditions in the place of cells. */
function scopeStudied(): MadePage {
  const { runs, settings: own } = committed<{ runs: MeasuredRun[]; settings: Record<string, string> }>(
    "wide-valleys/study.json",
  );
  const common = { words: "as it was", optimizer: "entropy-sgd", set: [] };
  const conditions = [
    ...(["control", "sgd", "sam"] as const).map((role) => ({ ...common, name: role, role })),
    { ...common, name: "entropy-sgd", role: "cell", group: "strong" } as const,
    { ...common, name: "swa", role: "cell", group: "focusing" } as const,
  ];
  const [assembled, screened] = (["scope", "scope-screening"] as const).map((name) =>
    assembleStudy(name === "scope" ? runs : runs.filter(({ seed }) => seed === 1), null, scopeStudy(name, conditions)),
  );
  const figures = studyFigures(assembled!, screened!);
  return { figures, html: studyPage(assembled!, figures, own, () => "as they were") };
}

function reproduce(): MadePage {
  const result = reproductionResult({
    ...{ name: "lenet", scale: 1, seeds: 3 },
    runs: ["entropy-sgd", "adam"].flatMap((optimizer, k) =>
      [1, 2].map((seed) => reproducedRun(recordOf(optimizer, seed, [0.02 + 0.01 * k, 0.005 + 1e-4 * seed]), optimizer)),
    ),
  });
  return one(reproductionFigure(result)!, (figure) => reproductionPage(result, [figure]));
}

function langevin(): MadePage {
  const path = (step: number): number[] => Array.from({ length: 50 }, (_, k) => Math.sin(step * k));
  const result = {
    ...{ seed: 1, numChains: 10, well: doubleWell(2, 0.5), gibbsShare: 0.75 },
    brownian: [1, 2, 3].map((step) => Float64Array.from(path(step))),
    dynamics: ["descent", "Langevin"].map((name, k) => ({
      ...{ name, words: "step 0.02", paths: [path(k + 0.1), path(k + 0.3)], share: 0.5 * k, standardError: 0.01 },
      positions: Float64Array.from({ length: 200 }, (_, i) => (k === 0 ? 0.9 : Math.sin(i))),
    })),
  };
  const figures = langevinFigures(result);
  return { figures, html: langevinPage(result, figures) };
}

function gibbs(): MadePage {
  const targetOf = (inverseTemperature: number, scope: number | null): SampledTarget => ({
    label: `β = ${inverseTemperature}${scope === null ? "" : `, γ = ${scope}`}`,
    ...{ inverseTemperature, scope, massLeft: 0.5, shareLeft: 0.51, standardError: 0.01, rHat: 1.01, acceptance: 0.9 },
    density: gridDensity((x) => -inverseTemperature * x ** 2, { low: -3, high: 3, numPoints: 121 }),
    samples: Float64Array.from({ length: 500 }, (_, i) => Math.sin(i) / inverseTemperature),
  });
  const result = { seed: 1, gibbs: [targetOf(1, null), targetOf(4, null)], modified: [targetOf(4, 10)] };
  const figures = gibbsFigures(result);
  return { figures, html: gibbsPage(result, figures) };
}

function valleys(): MadePage {
  const result = wideValleys(42);
  return one(wideValleysFigure(result), (figure) =>
    wideValleysPage(result, figure, [{ gamma: 1e-3, numWide: 3, numSeeds: 20 }]),
  );
}
