/** The measurements as charts. */
import type { Chart } from "../../ui/chart.ts";
import { meanLine, optimizerColors } from "./charts.ts";
import { type Flatness, lineSteps, noiseSizes, type RunFlatness, randomSteps, thresholds } from "./flatness.ts";
import { type OptimizerName, optimizerTitles } from "./setUp.ts";

/** The four charts by name, for the optimizers in order. */
export function flatnessCharts(flatness: Flatness, optimizers: readonly OptimizerName[]) {
  return {
    spectrum: spectrumChart(flatness, optimizers),
    line: lineChart(flatness, optimizers),
    random: randomChart(flatness, optimizers),
    noise: noiseChart(flatness, optimizers),
  } as const;
}

/** A curve for each optimizer, the mean over its seeds. */
function curves(
  { runs }: Flatness,
  optimizers: readonly OptimizerName[],
  of: (run: RunFlatness) => readonly number[],
): Chart["lines"] {
  return optimizers.map((optimizer) =>
    meanLine(runs.filter((run) => run.optimizer === optimizer).map(of), {
      name: optimizerTitles[optimizer],
      color: optimizerColors[optimizer],
    }),
  );
}

function spectrumChart(flatness: Flatness, optimizers: readonly OptimizerName[]): Chart {
  const all = flatness.runs.map(({ directions }) => directions);
  // Up to a threshold that no direction is beyond.
  const none = thresholds.findIndex((_, i) => all.every((counts) => counts[i]! < 0.5));
  const shown = none < 0 ? thresholds.length : none + 1;
  return {
    title: "Directions that are curved more than λ",
    x: { label: "curvature λ, in absolute value", scale: "log" },
    y: { label: "directions" },
    xs: thresholds.slice(0, shown),
    lines: curves(flatness, optimizers, ({ directions }) => directions.slice(0, shown)),
  };
}

function lineChart({ lines }: Flatness, optimizers: readonly OptimizerName[]): Chart {
  const others = optimizers.filter((optimizer) => optimizer !== "sgd");
  return {
    title: "Loss on the line from SGD's solution (0) to the other's of the same seed (1)",
    x: { label: "share of the way" },
    y: { label: "loss" },
    xs: lineSteps,
    lines: others.flatMap((optimizer) => {
      const own = lines.filter((line) => line.optimizer === optimizer);
      const [name, color] = [`to ${optimizerTitles[optimizer]}`, optimizerColors[optimizer]];
      return [
        meanLine(
          own.map(({ train }) => train),
          { name: `${name}, training`, color },
        ),
        meanLine(
          own.map(({ test }) => test),
          { name: `${name}, held out`, color, dash: [6, 4] },
        ),
      ];
    }),
  };
}

function randomChart(flatness: Flatness, optimizers: readonly OptimizerName[]): Chart {
  return {
    title: "Training loss along random directions, filter-normalised",
    x: { label: "step, in norms of each unit's weights" },
    y: { label: "loss" },
    xs: randomSteps,
    lines: curves(flatness, optimizers, ({ random }) => random),
  };
}

function noiseChart(flatness: Flatness, optimizers: readonly OptimizerName[]): Chart {
  return {
    title: "Local energy: rise of the training error under weight noise",
    x: { label: "noise, as a share of each weight" },
    y: { label: "rise of the error" },
    xs: noiseSizes,
    lines: curves(flatness, optimizers, ({ rises }) => rises.map(({ error }) => error.estimate)),
  };
}
