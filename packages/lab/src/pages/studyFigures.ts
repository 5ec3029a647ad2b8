import { errsOnMost, type StudyResult } from "../experiments/study/assemble.ts";
import type { LocalEntropyPoint } from "../measure/measureLocalEntropy.ts";
import type { Figure } from "../report/drawFigure.ts";
import { rowsFigure } from "../report/rowsFigure.ts";
import { numberedStyles } from "../report/styles.ts";
import { fixed } from "../statistics/numbers.ts";
import { spreadOf } from "../statistics/spread.ts";
import { localEntropyFigure, type NamedCurve } from "./localEntropyFigure.ts";
import { phaseFigure, phaseGrid, phasePoints } from "./phaseFigures.ts";
import { robustnessFigures } from "./robustnessFigure.ts";

/** The figures of the study. @param screened - the screening that its cells were chosen from, drawn around them in their grid */
export function studyFigures(study: StudyResult, screened: StudyResult | null = null): Figure[] {
  const bars =
    "bars are two standard errors over seeds. Runs with a test error above 50 % are left out, unless all of a condition have one.";
  const robustness = robustnessFigures(
    averagedRobustness(study),
    { name: "error", better: "smaller" },
    `mean over seeds, ${bars}`,
  ).map((figure) => ({
    ...figure,
    title: `Robustness: ${figure.title.toLowerCase()}`,
  }));
  return [...phaseOf(study, screened), ...differencesFigure(study), ...couplingFigure(study), ...robustness];
}

/** The phase diagrams, of studies with cells. What was screened has another control, and so another zero: it stands in the grid alone. */
function phaseOf(study: StudyResult, screened: StudyResult | null): Figure[] {
  const own = phasePoints(study);
  const around = screened === null ? [] : phasePoints(screened);
  return own.length === 0 ? [] : [phaseGrid([...around, ...own]), phaseFigure(own)];
}

/** Each flatness measure's difference in units of its standard error. */
function differencesFigure({ pairs, design }: StudyResult): Figure[] {
  const shown = pairs.filter(({ first, second }) => design.drawn.some(([a, b]) => a === first && b === second));
  const points = shown.flatMap(({ first, second, flatness }) =>
    flatness.flatMap(({ quantity, difference }) =>
      difference === null || difference.standardError === 0
        ? []
        : [
            {
              row: quantity.title,
              series: `${first} − ${second}`,
              value: difference.estimate / difference.standardError,
            },
          ],
    ),
  );
  if (points.length === 0) return [];
  const comparable = pairs[0]!.flatness.find(({ difference }) => difference !== null)?.difference;
  const critical =
    comparable === null || comparable === undefined
      ? 0
      : comparable.critical / Math.max(comparable.standardError, 1e-300);
  const rows = pairs[0]!.flatness.map(({ quantity }) => quantity.title);
  const names = shown.map(({ first, second }) => `${first} − ${second}`);
  const limit = 20;
  const figure = rowsFigure(
    {
      name: "differences",
      title: "Which is flatter, measure by measure",
      caption: `Mean difference over seeds divided by its standard error; beyond the dashed lines (${fixed(critical, 2)}) a difference is seen. Values beyond ±${limit} are drawn at the edge.`,
    },
    {
      rows,
      points,
      styles: numberedStyles(names),
      limit,
      critical,
      label: "← flatter · difference in standard errors · sharper →",
    },
  );
  return [figure];
}

/** −F̃ by coupling integration, averaged over the seeds that have it. */
function couplingFigure({ runs }: StudyResult): Figure[] {
  const conditions = [...new Set(runs.map(({ condition }) => condition))];
  const curves = conditions.flatMap((name): NamedCurve[] => {
    const own = runs.filter(({ condition, coupling }) => condition === name && coupling !== null);
    if (own.length === 0) return [];
    const points = own[0]!.coupling!.map((point, k): LocalEntropyPoint => {
      const all = own.map(({ coupling }) => coupling![k]!);
      const usable = all.filter(({ estimate }) => Number.isFinite(estimate));
      return {
        ...point,
        estimate: spreadOf(usable.map(({ estimate }) => estimate)).mean ?? Number.NaN,
        standardError: Math.hypot(...usable.map(({ standardError }) => standardError)) / Math.max(1, usable.length),
        valid: all.every(({ valid }) => valid),
      };
    });
    return [{ name, curve: { loss: 0, largestEigenvalue: 0, points } }];
  });
  if (curves.length === 0) return [];
  const figure = localEntropyFigure(curves);
  return [
    {
      ...figure,
      title: "Local entropy by coupling integration",
      caption: `${figure.caption} Means over the seeds integrated.`,
    },
  ];
}

function averagedRobustness({ runs }: StudyResult) {
  const conditions = [...new Set(runs.map(({ condition }) => condition))];
  return conditions.map((name) => {
    // The scale of a run that errs on most would hide the others.
    const all = runs.filter(({ condition }) => condition === name);
    const within = all.filter((run) => !errsOnMost(run));
    const own = within.length === 0 ? all : within;
    const points = own[0]!.measures.robustness.map((point, k) => {
      const over = (of: "error" | "loss") => {
        const { mean, sd, n } = spreadOf(own.map(({ measures }) => measures.robustness[k]![of].estimate));
        return { estimate: mean ?? Number.NaN, standardError: (sd ?? 0) / Math.sqrt(n) };
      };
      return { ...point, metric: over("error"), loss: over("loss") };
    });
    return { name, points };
  });
}
