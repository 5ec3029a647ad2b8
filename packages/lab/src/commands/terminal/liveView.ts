/** What a terminal shows of a run at work: a few lines, as much of each as the terminal is wide. */
import { type GradientEvent, type OuterEvent, printable, type StartEvent } from "entropy-sgd-training";
import { columnsOf } from "../../report/columnsOf.ts";
import { metricCell, signOf } from "../../statistics/metricWords.ts";
import { exponential, fixed, significant, tickLabel } from "../../statistics/numbers.ts";
import type { Pace } from "./paceMeter.ts";
import { sparkline } from "./sparkline.ts";
import { timeLeft } from "./timeLeft.ts";
import { bar, firstFitting, lineOf, maxWidth, type Row } from "./viewRow.ts";

/** A run so far. */
export interface RunSoFar {
  /** Which of several runs it is, such as `run 3 of 6`; empty for a single one. */
  readonly number: string;
  readonly start: StartEvent;
  readonly gradient: GradientEvent;
  readonly outer: OuterEvent | null;
  readonly pace: Pace;
  /** Mini-batch losses, thinned. */
  readonly losses: readonly number[];
  readonly judged: JudgedSoFar | null;
}

/** The evaluations so far, by the task's primary metric. */
export interface JudgedSoFar {
  readonly name: string;
  /** null without validation data. */
  readonly validation: number | null;
  readonly test: number | null;
  /** The best so far of the values, which are of validation where there is some. */
  readonly best: number;
  readonly values: readonly number[];
}

/** From here on labels are of equal width, so that the drawings stand below each other. */
const alignedFrom = 40;

/**
 * Progress, loss, evaluations and the state of the optimizer, a line each:
 *
 *    57 %         ████████████░░░░░░░░░ epoch 1.1/2.0, 50/s, 0:13 left
 *    loss 0.123   █▇▅▄▃▂▂▁▁▁▁▁ 2.31 to 0.118, log scale
 *    error 1.23 % █▄▂▁ validation; test 1.31 %, best 1.23 %
 *    outer 37/86, inner 12/20, scope γ 1.0e-4, distance ‖x'−x‖ 0.12, learning rate 0.1
 *
 * No line takes more than `columns` − 1 columns: words and drawings are left out whole where there is no room.
 *
 * @param hasColours - whether drawings have a colour
 */
export function liveView(run: RunSoFar, columns: number, hasColours: boolean): string[] {
  const rows = [progressRow(run), lossRow(run), ...(run.judged === null ? [] : [judgedRow(run.judged)])];
  const room = columns - 1;
  const width = columns < alignedFrom ? 0 : Math.max(...rows.map(({ label }) => columnsOf(label)));
  const lines = rows.map((row) => lineOf(row, room, width, hasColours));
  return [...lines, firstFitting(stateWords(run), room)].filter((line) => line !== "");
}

function progressRow({ number, start, gradient, pace }: RunSoFar): Row {
  const { totalGradients, gradientsPerEpoch } = start;
  const share = gradient.gradients / totalGradients;
  const epoch = (gradients: number): string => fixed(gradients / gradientsPerEpoch, 1);
  const place = `epoch ${epoch(gradient.gradients)}/${epoch(totalGradients)}`;
  const left = `${timeLeft(start, gradient, pace)} left`;
  const now = `${pace.evaluating ? "evaluating" : `${significant(pace.rate, 2)}/s`}, ${left}`;
  return {
    label: `${Math.floor(100 * share)} %`,
    draw: bar(share),
    colour: "green",
    words: [
      ...(number === "" ? [] : [`${number}, ${place}, ${now}`, `${number}, ${now}`]),
      `${place}, ${now}`,
      now,
      left,
    ],
  };
}

function lossRow({ pace, losses }: RunSoFar): Row {
  const curve = sparkline(losses, maxWidth);
  const [lowest, highest] = curve?.range ?? [];
  const range = `${significant(lowest, 3)} to ${significant(highest, 3)}`;
  const words = curve === null ? [] : [`${range}, ${curve.isLogarithmic ? "log" : "linear"} scale`, range];
  return { label: `loss ${significant(pace.loss, 3)}`, ...drawnCurve(losses), words: [...words, ""] };
}

function judgedRow({ name, validation, test, best, values }: JudgedSoFar): Row {
  const of = (value: number | null): string => `${metricCell(name, value)}${signOf(name)}`;
  const words =
    validation === null
      ? [`test, best ${of(best)}`, "test"]
      : [
          `validation, test ${of(test)}, best validation ${of(best)}`,
          `validation, test ${of(test)}`,
          `test ${of(test)}`,
        ];
  return { label: `${printable(name)} ${of(validation ?? test)}`, ...drawnCurve(values), words: [...words, ""] };
}

function drawnCurve(values: readonly number[]): Pick<Row, "draw" | "colour"> {
  return { draw: (width) => sparkline(values, width)?.text ?? "", colour: "cyan" };
}

/** The state of the optimizer, the fullest words first. */
function stateWords({ start, gradient, outer }: RunSoFar): string[] {
  const { innerSteps, totalGradients } = start;
  const rate = outer === null ? [] : [tickLabel(outer.learningRate)];
  const long = rate.map((value) => `learning rate ${value}`);
  const brief = rate.map((value) => `lr ${value}`);
  if (gradient.scope === null) return [long.join(""), brief.join("")];
  const scope = exponential(gradient.scope, 1);
  const distance = outer?.distance == null ? [] : [significant(outer.distance, 3)];
  const number = Math.floor((gradient.gradients - 1) / innerSteps) + 1;
  const steps = [`outer ${number}/${totalGradients / innerSteps}`, `inner ${gradient.innerStep}/${innerSteps}`];
  const middle = [`scope γ ${scope}`, ...distance.map((value) => `distance ‖x'−x‖ ${value}`), ...long];
  const short = [`γ ${scope}`, ...distance.map((value) => `‖x'−x‖ ${value}`), ...brief];
  const [outerStep] = steps;
  const shortest = [`γ ${scope}`];
  return [
    [...steps, ...middle],
    [outerStep, ...middle],
    middle,
    [outerStep, ...short],
    short,
    [...shortest, ...brief],
    shortest,
  ].map((parts) => parts.join(", "));
}
