/** The phase diagram of a study of the scope: where Entropy-SGD is flatter than its control, where it errs less, where both. */
import * as Plot from "@observablehq/plot";
import { meanEstimate } from "entropy-sgd/landscape";
import { byCondition, type StudyResult } from "../experiments/study/assemble.ts";
import { judge } from "../experiments/study/judge.ts";
import { cellGroups, type StudyCondition } from "../experiments/study/studyDesign.ts";
import { logarithmicAxis } from "../report/axes.ts";
import { drawFigure, type Figure } from "../report/drawFigure.ts";
import { numberedStyles, surfaceColor } from "../report/styles.ts";
import { told } from "../report/told.ts";
import { fixed, plusMinus, short, withError } from "../statistics/numbers.ts";

/** Local energy: flatness that does not depend on the scale of the weights. */
const localEnergy = "loss-rise-relative";

/** A difference of a cell to its control with two standard errors over seeds; they are 0 with one seed. */
interface Offset {
  readonly mean: number;
  readonly reach: number;
}

/** What a cell is beside its control. */
const phases = ["flatter and better", "flatter", "better", "neither"] as const;
type Phase = (typeof phases)[number];

/** A cell beside its control. */
export interface PhasePoint {
  readonly name: string;
  readonly words: string;
  readonly group: NonNullable<StudyCondition["group"]>;
  /** Of one seed: drawn apart, without bars. */
  readonly screened: boolean;
  /** Scope and noise as the condition sets them: the cell's place in the grid. */
  readonly scope: string;
  readonly noise: string;
  readonly phase: Phase;
  /** The logarithm of local energy over the control's; negative: flatter. */
  readonly energy: Offset;
  /** The difference of test errors in points; negative: errs less. */
  readonly error: Offset;
}

/** The cells of a study that have both numbers, paired by seed with the control. */
export function phasePoints({ design, runs, pairs }: StudyResult): PhasePoint[] {
  const screened = design.name === "scope-screening";
  const control = design.conditions.find(({ role }) => role === "control")?.name ?? "control";
  const energies = byCondition(runs, ({ measures }) =>
    Math.log(measures.flatness.find(({ name }) => name === localEnergy)?.estimate ?? Number.NaN),
  );
  const errors = byCondition(runs, ({ result }) => 100 * (result.testError ?? Number.NaN));
  return design.conditions.flatMap(({ name, words, role, set, group = "constant" }) => {
    if (role !== "cell") return [];
    const [energy, error] = [energies, errors].map((values) => offsetOf(values.get(name), values.get(control)));
    if (energy == null || error == null) return [];
    const pair = pairs.find(({ first, second }) => first === name && second === control)!;
    // One seed has a sign alone; what was measured is judged by the study's rule.
    const flatter = screened ? energy.mean < 0 : judge(pair.flatness).verdict === "supported";
    const better = screened ? error.mean < 0 : pair.testError.verdict === "better";
    const phase = flatter ? (better ? "flatter and better" : "flatter") : better ? "better" : "neither";
    const place = { scope: scopeLabel(valueIn(set, "scope")), noise: valueIn(set, "noise") };
    return [{ name, words, group, screened, ...place, phase, energy, error }];
  });
}

function valueIn(set: readonly string[], name: string): string {
  return set.find((assignment) => assignment.startsWith(`${name}=`))?.slice(name.length + 1) ?? "as usual";
}

/** `focusingScope(1e-3, 1e4)` as `1e-3 ×1e4`; anything else as it is. */
function scopeLabel(scope: string): string {
  return scope.replace(/^focusingScope\(\s*([^,\s]+)\s*,\s*([^,\s]+)\s*\)$/, "$1 ×$2");
}

/** The grid of scopes and temperatures, and what each cell is beside its control; measured cells stand over screened ones. */
export function phaseGrid(points: readonly PhasePoint[]): Figure {
  const styles = numberedStyles(phases);
  const domainOf = (read: (point: PhasePoint) => string): string[] => [...new Set(points.map(read))];
  const axis = (label: string, domain: string[]) => ({ type: "point", label, labelAnchor: "center", domain }) as const;
  const x = axis(
    "scope γ, or its first value × its growth",
    domainOf(({ scope }) => scope),
  );
  const y = axis(
    "noise ε",
    domainOf(({ noise }) => noise),
  );
  const marks = [true, false].flatMap((screened) =>
    phases.map((phase) => {
      const { color, symbol } = styles.get(phase)!;
      const fill = screened ? surfaceColor : color;
      const own = points.filter((point) => point.phase === phase && point.screened === screened);
      const size = screened ? 5 : 8;
      return told<PhasePoint>(Plot.dot(own, { x: "scope", y: "noise", symbol, stroke: color, fill, r: size }), phase, {
        text: phaseWords,
      });
    }),
  );
  // The growth below the first value: beside it there is no room.
  const tickFormat = (scope: unknown): string => String(scope).replace(" ", "\n");
  const narrow = { height: 255, marginLeft: 62, marginRight: 14, marginBottom: 60, x: { ...x, tickFormat }, y, marks };
  return drawFigure(
    {
      name: "phase-grid",
      title: "Where the scope bites",
      caption:
        "Filled: measured over seeds, flatter or better by the rule of the study. Hollow: screened with one seed and a fifth of the gradients, by the sign of local energy and test error alone.",
    },
    { height: 300, x, y, marks },
    { series: styles, sample: "marker", by: "point", narrow },
  );
}

function offsetOf(own: readonly number[] = [], control: readonly number[] = []): Offset | null {
  const differences = own.map((value, i) => value - control[i]!).filter(Number.isFinite);
  if (differences.length === 0) return null;
  if (differences.length === 1) return { mean: differences[0]!, reach: 0 };
  const { estimate, standardError } = meanEstimate(differences);
  return { mean: estimate, reach: 2 * standardError };
}

/**
 * Where the cells of one study lie: left of the line a cell is flatter than its control, below the other it errs less. Measured cells
 * are told apart; of screened ones, which are many, the groups are.
 */
export function phaseFigure(points: readonly PhasePoint[]): Figure {
  const bars = points.filter(({ screened }) => !screened);
  const seriesOf = ({ screened, group, name }: PhasePoint): string => (screened ? group : name);
  const styles = numberedStyles(bars.length === 0 ? cellGroups : bars.map(({ name }) => name));
  const at = (energy: number): number => Math.exp(energy);
  const color = (point: PhasePoint): string => styles.get(seriesOf(point))!.color;
  const place = { x: ({ energy }: PhasePoint) => at(energy.mean), y: ({ error }: PhasePoint) => error.mean };
  return drawFigure(
    {
      name: "phase",
      title: "Flatter, better, or both",
      caption:
        "Each cell beside its control: left of the vertical line its local energy is smaller (flatter), below the horizontal one its test error; below and left of both it is flatter and better. Filled with bars of two standard errors over seeds: measured; hollow: screened with one seed and a fifth of the gradients.",
    },
    {
      height: 460,
      x: { ...logarithmicAxis, label: "local energy / the control's (log scale)", labelAnchor: "center" },
      y: { label: "test error − the control's, points", labelAnchor: "center", grid: true },
      marks: [
        Plot.ruleX([1], { stroke: "#888" }),
        Plot.ruleY([0], { stroke: "#888" }),
        Plot.ruleX(bars, {
          x: place.x,
          y1: ({ error }: PhasePoint) => error.mean - error.reach,
          y2: ({ error }: PhasePoint) => error.mean + error.reach,
          stroke: color,
        }),
        Plot.ruleY(bars, {
          y: place.y,
          x1: ({ energy }: PhasePoint) => at(energy.mean - energy.reach),
          x2: ({ energy }: PhasePoint) => at(energy.mean + energy.reach),
          stroke: color,
        }),
        ...[...styles].map(([series, { color: own, symbol }]) => {
          const dots = Plot.dot(
            points.filter((point) => seriesOf(point) === series),
            {
              ...place,
              ...{ symbol, stroke: own, r: 4.5 },
              fill: ({ screened }: PhasePoint) => (screened ? surfaceColor : own),
            },
          );
          return told<PhasePoint>(dots, series, { text: phaseWords });
        }),
      ],
    },
    { series: styles, sample: "marker", by: "point" },
  );
}

function phaseWords({ name, words, energy, error, screened }: PhasePoint): string {
  const ratio = Math.exp(energy.mean);
  const [flatter, better] = screened
    ? [short(ratio), fixed(error.mean, 2)]
    : [withError(ratio, ratio * energy.reach), plusMinus(error.mean, error.reach, 2)];
  return `${name} (${words}): local energy ${flatter} of the control's, test error ${better} points`;
}
