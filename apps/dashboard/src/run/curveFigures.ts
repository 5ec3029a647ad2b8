/** The numbers of a run as the figures of its page. */
import type { CurveColumn, EvaluationRow } from "entropy-sgd-lab";
import { joined, type Values } from "../charts/joined.ts";
import type { ChartLine } from "../charts/plotOptions.ts";
import { maxDots, numberedStyle } from "../charts/seriesStyles.ts";
import type { CurveData } from "../live/curveData.ts";
import type { Axis } from "../state/address.ts";

/** A figure: its lines over ascending x. */
export interface CurveFigure {
  readonly title: string;
  readonly yLabel: string;
  readonly x: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Whether it follows the switch to a logarithmic axis. */
  readonly canBeLog: boolean;
  /** Whether it is about the inner loop. */
  readonly isInner: boolean;
}

interface StepFigure {
  readonly title: string;
  readonly yLabel: string;
  readonly columns: readonly (readonly [CurveColumn, label: string])[];
  readonly isInner?: true;
}

/** Figures over outer steps, the batch loss first. */
const ofSteps: readonly StepFigure[] = [
  { title: "Batch loss", yLabel: "batch loss", columns: [["batchLoss", "batch loss"]] },
  { title: "Learning rate", yLabel: "learning rate", columns: [["learningRate", "learning rate"]] },
  {
    title: "Force and gradient",
    yLabel: "norm",
    columns: [
      ["localEntropyGradientNorm", "‖γ(x − μ)‖"],
      ["gradientNorm", "‖∇f‖"],
    ],
    isInner: true,
  },
  { title: "Distance", yLabel: "‖x′ − x‖", columns: [["distance", "‖x′ − x‖"]], isInner: true },
  { title: "Scope", yLabel: "γ", columns: [["scope", "γ"]], isInner: true },
];

/** Quantities that are set, not measured: their running mean would say nothing. */
const set = new Set<CurveColumn>(["learningRate", "scope"]);

/** The figures that a run has values for, the running mean in front of the values themselves. */
export function stepFigures(raw: CurveData, smooth: CurveData | null): CurveFigure[] {
  const has = (name: CurveColumn): boolean => raw.columns[name].some((value) => value !== null);
  const isInner = has("scope") || has("distance");
  return ofSteps.flatMap(({ title, yLabel, columns, isInner: isOfInner = false }) => {
    const shown = columns.filter(([name]) => has(name));
    if (shown.length === 0 || (isOfInner && !isInner)) return [];
    const own = shown.map(([name]) => raw.columns[name]);
    const mean = smooth === null ? [] : shown.filter(([name]) => !set.has(name));
    const facts = { title, yLabel, canBeLog: true, isInner: isOfInner };
    if (smooth === null || mean.length === 0) {
      return [{ ...facts, x: raw.x, lines: shown.map(([, label], i) => line(label, own[i]!, i)) }];
    }
    const { x, columns: all } = joined([
      { x: raw.x, columns: own },
      { x: smooth.x, columns: mean.map(([name]) => smooth.columns[name]) },
    ]);
    const behind = shown.map(([, label], i): ChartLine => ({ ...line(label, all[i]!, i), look: "faint" }));
    const before = mean.map(([, label], i) => line(`${label}, running mean`, all[own.length + i]!, i));
    return [{ ...facts, x, lines: [...behind, ...before] }];
  });
}

/** Figures over evaluations: the primary metric, and the losses. */
export function evaluationFigures(
  evaluations: readonly EvaluationRow[],
  axis: Axis,
  metric: string,
  scale: number,
): CurveFigure[] {
  if (evaluations.length === 0) return [];
  const x = evaluations.map(
    (row) => ({ gradients: row.gradients, epochs: row.effectiveEpochs, seconds: row.seconds })[axis],
  );
  const figure = (title: string, yLabel: string, sets: readonly (readonly [string, Values])[]): CurveFigure => ({
    title,
    yLabel,
    x,
    lines: sets
      .map(
        ([label, values], i): ChartLine => ({
          ...line(label, values, i),
          ...(x.length <= maxDots ? { look: "dotted" as const } : {}),
        }),
      )
      .filter(({ values }) => values.some((value) => value !== null)),
    canBeLog: true,
    isInner: false,
  });
  const scaled = (value: number | null): number | null => (value === null ? null : scale * value);
  return [
    figure(
      metric.replace(/^./, (letter) => letter.toUpperCase()),
      metric,
      [
        ["test", evaluations.map(({ test }) => scaled(test))],
        ["validation", evaluations.map(({ validation }) => scaled(validation))],
      ],
    ),
    figure("Evaluated loss", "loss", [
      ["test", evaluations.map(({ testLoss }) => testLoss)],
      ["validation", evaluations.map(({ validationLoss }) => validationLoss)],
    ]),
  ];
}

/** First and last x of a run, from 0 on. */
export function extentOf(
  axis: Axis,
  extent: readonly [number, number] | null,
  raw: CurveData,
  evaluations: readonly EvaluationRow[],
): [number, number] {
  const last = evaluations.at(-1);
  const evaluated = { gradients: last?.gradients, epochs: last?.effectiveEpochs, seconds: last?.seconds }[axis] ?? 0;
  const high = Math.max(extent?.[1] ?? 0, raw.x.at(-1) ?? 0, evaluated);
  return [0, high > 0 ? high : 1];
}

function line(label: string, values: Values, index: number): ChartLine {
  return { label, values, style: numberedStyle(index) };
}
