import * as Plot from "@observablehq/plot";
import type { PlantedStudy } from "../measure/planted/judgedStudy.ts";
import { type PlantedMeasure, plantedMeasures } from "../measure/planted/judgePlanted.ts";
import { type PlantedStart, plantedStarts } from "../measure/planted/trainPlanted.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { numberedStyles, seriesColor, stylesOf } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { withError } from "../statistics/numbers.ts";

const measureWords: Readonly<Record<PlantedMeasure, string>> = {
  localEntropy: "local entropy F̃ at p = 0.1",
  generalisationError: "generalisation error",
};

/** Solutions of one instance, ends of all conditions, and a phase diagram for each start, L and measure. */
export function plantedFigures(study: PlantedStudy): Figure[] {
  const { settings } = study;
  return [
    ...solutionsFigure(study),
    ...plantedStarts.map((start) => endsFigure(study, start)),
    ...plantedMeasures.flatMap((measure) =>
      plantedStarts.flatMap((start) =>
        settings.innerSteps.map((steps) => phaseFigure(study, { measure, start, steps })),
      ),
    ),
  ];
}

function solutionsFigure({ instances }: PlantedStudy): Figure[] {
  const { solutions, seed } = instances[0]!;
  if (solutions === null) return [];
  const points = solutions.map(([entropy, error]) => ({ entropy, error }));
  return [
    drawFigure(
      {
        name: "planted-solutions",
        title: "All solutions of one instance",
        caption: `The ${points.length} configurations of instance ${seed} without a training error; larger local entropy is wider.`,
      },
      {
        x: { label: measureWords.localEntropy, labelAnchor: "center", grid: true, ticks: 6 },
        y: { label: "generalisation error arccos(c·t/n)/π", labelAnchor: "center", grid: true, ticks: 6 },
        marks: [
          told(
            Plot.dot(points, { x: "entropy", y: "error", r: 3, fill: seriesColor(0), fillOpacity: 0.5 }),
            "solution",
          ),
        ],
      },
      { by: "point" },
    ),
  ];
}

function endsFigure({ phases }: PlantedStudy, start: PlantedStart): Figure {
  const points = phases.flatMap(({ start: own, condition, means }) => {
    if (own !== start || means === null) return [];
    const { localEntropy: x, generalisationError: y } = means;
    return [
      {
        ...{ name: condition.name, series: condition.optimizer, x: x.estimate, y: y.estimate },
        ...{ left: x.estimate - x.standardError, right: x.estimate + x.standardError },
        ...{ low: y.estimate - y.standardError, high: y.estimate + y.standardError },
        text: `${condition.name}: F̃ ${withError(x.estimate, x.standardError)}, error ${withError(y.estimate, y.standardError)}`,
      },
    ];
  });
  const styles = stylesOf([...new Set(points.map(({ series }) => series))]);
  // The many cells of entropy-sgd come first, so that they do not cover what they are compared with.
  const marks = [...styles].reverse().flatMap(([series, { color, symbol }]) => {
    const own = points.filter((point) => point.series === series);
    const bar = { stroke: color, strokeOpacity: 0.5 };
    return [
      Plot.ruleX(own, { x: "x", y1: "low", y2: "high", ...bar }),
      Plot.ruleY(own, { y: "y", x1: "left", x2: "right", ...bar }),
      told<(typeof points)[number]>(Plot.dot(own, { x: "x", y: "y", r: 4, symbol, fill: color }), series, {
        text: ({ text }) => text,
      }),
    ];
  });
  return drawFigure(
    {
      name: `planted-ends-${start}`,
      title: `Where optimizers end, from the ${start}`,
      caption: "A marker for each condition at its chosen rate: means over instances, bars of one standard error.",
    },
    {
      x: { label: `mean ${measureWords.localEntropy}`, labelAnchor: "center", grid: true, ticks: 6 },
      y: { label: "mean generalisation error", labelAnchor: "center", grid: true, ticks: 6 },
      marks,
    },
    { series: styles, sample: "marker", by: "point" },
  );
}

/** A diagram of one measure, start and L: differences to sgd against γ, a series for each ε. */
function phaseFigure(
  { settings, phases }: PlantedStudy,
  { measure, start, steps }: { readonly measure: PlantedMeasure; readonly start: PlantedStart; readonly steps: number },
): Figure {
  const columns = [0, ...settings.scopes];
  const nameOf = (noise: number): string => `ε = ${noise}`;
  const points = phases.flatMap(({ start: own, condition, differences }) => {
    const found = differences.sgd[measure];
    const { optimizer, scope, noise, innerSteps } = condition;
    if (own !== start || found === null || (optimizer !== "sgld" && innerSteps !== steps)) return [];
    const { estimate, standardError } = found.difference;
    const beside = 0.13 * (settings.noises.indexOf(noise) - (settings.noises.length - 1) / 2);
    return [
      {
        ...{ series: nameOf(noise), x: columns.indexOf(scope) + beside, y: estimate },
        ...{ low: estimate - 2 * standardError, high: estimate + 2 * standardError },
        text: `${condition.name}: ${withError(estimate, standardError)}${found.seen ? ", seen" : ""}`,
      },
    ];
  });
  const styles = numberedStyles(settings.noises.map(nameOf));
  const marks = [...styles].flatMap(([series, { color, symbol }]) => {
    const own = points.filter((point) => point.series === series);
    return [
      Plot.ruleX(own, { x: "x", y1: "low", y2: "high", stroke: color }),
      told<(typeof points)[number]>(Plot.dot(own, { x: "x", y: "y", r: 4, symbol, fill: color }), series, {
        text: ({ text }) => text,
      }),
    ];
  });
  const better = measure === "localEntropy" ? "above 0 wider than sgd" : "below 0 better than sgd";
  return drawFigure(
    {
      name: `planted-${measure === "localEntropy" ? "entropy" : "error"}-${start}-${steps}`,
      title: `${measure === "localEntropy" ? "Local entropy" : "Generalisation error"} less that of sgd, from the ${start}, L = ${steps}`,
      caption: `Paired over instances, bars of two standard errors; ${better}. At γ = none: control (ε = 0) and sgld.`,
    },
    {
      height: 330,
      x: {
        ...{ label: "γ", labelAnchor: "center", domain: [-0.4, columns.length - 0.6] },
        ticks: columns.map((_, k) => k),
        tickFormat: (k) => (k === 0 ? "none" : String(columns[k])),
      },
      y: {
        label: measure === "localEntropy" ? "F̃ less sgd's" : "error less sgd's",
        labelAnchor: "center",
        grid: true,
        ticks: 6,
      },
      marks: [Plot.ruleY([0], { strokeOpacity: 0.5 }), ...marks],
    },
    { series: styles, sample: "marker", by: "point" },
  );
}
