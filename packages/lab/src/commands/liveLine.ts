/** The live line of a run: position, rate and time left, as much of it as the terminal is wide. */
import type { GradientEvent, StartEvent } from "entropy-sgd-training";
import { exponential, fixed } from "../statistics/numbers.ts";

/** Where a run is, besides its last gradient. */
export interface Pace {
  /** Gradients per second, smoothed. */
  readonly rate: number;
  readonly loss: number;
  /** Seconds of an evaluation, smoothed; null before the first. */
  readonly evaluationSeconds: number | null;
  /** Whether an evaluation is at work now. */
  readonly evaluating: boolean;
}

/**
 * `43 % ████░░░░ epoch 1.7/4.0, outer 37/86, inner 12/20, loss 0.123, scope 1.0e-4, 71/s, 0:23 left`, without its last
 * character's column, so that the line stays one. Where the terminal is narrow the scope, the steps, the loss, the bar and the
 * epoch are left out, in this order, but never the share, the rate and the time left.
 */
export function liveLine(start: StartEvent, event: GradientEvent, pace: Pace, columns: number): string {
  const left = ["scope", "steps", "loss", "bar", "epoch"] as const;
  for (let numLeft = 0; numLeft <= left.length; numLeft++) {
    const text = textOf(start, event, pace, new Set<string>(left.slice(0, numLeft)));
    if (text.length < columns) return text;
  }
  return textOf(start, event, pace, new Set<string>(left)).slice(0, Math.max(0, columns - 1));
}

function textOf(start: StartEvent, event: GradientEvent, pace: Pace, without: ReadonlySet<string>): string {
  const { totalGradients, gradientsPerEpoch, innerSteps } = start;
  const share = event.gradients / totalGradients;
  const width = 16;
  const full = Math.round(share * width);
  const outer = Math.floor((event.gradients - 1) / innerSteps) + 1;
  const part = (name: string, text: string): string[] => (without.has(name) ? [] : [text]);
  const head = [
    `${String(Math.floor(100 * share)).padStart(3)} %`,
    ...part("bar", "█".repeat(full) + "░".repeat(width - full)),
    ...part(
      "epoch",
      `epoch ${fixed(event.gradients / gradientsPerEpoch, 1)}/${fixed(totalGradients / gradientsPerEpoch, 1)}`,
    ),
  ];
  const isScoped = event.scope !== null;
  return [
    head.join(" "),
    ...(isScoped
      ? part("steps", `outer ${outer}/${totalGradients / innerSteps}, inner ${event.innerStep}/${innerSteps}`)
      : []),
    ...part("loss", `loss ${fixed(pace.loss, 3)}`),
    ...(isScoped ? part("scope", `scope ${exponential(event.scope, 1)}`) : []),
    ...(pace.evaluating ? ["evaluating"] : [`${fixed(pace.rate, 0)}/s`]),
    `${timeLeft(start, event, pace)} left`,
  ].join(", ");
}

/** Of the gradients and evaluations that are left; ">" before the time of an evaluation is known. */
function timeLeft({ totalGradients, gradientsPerEpoch }: StartEvent, { gradients }: GradientEvent, pace: Pace): string {
  const { rate, evaluationSeconds, evaluating } = pace;
  const epochsLeft = Math.ceil(totalGradients / gradientsPerEpoch) - Math.floor(gradients / gradientsPerEpoch);
  const evaluations = Math.max(
    gradients < totalGradients || evaluating ? 1 : 0,
    gradients < totalGradients ? epochsLeft : 0,
  );
  const seconds = (totalGradients - gradients) / rate + evaluations * (evaluationSeconds ?? 0);
  // The time of an evaluation is not known yet, nor is it nothing.
  if (evaluationSeconds === null && evaluations > 0) return `>${clock(Math.max(1, seconds))}`;
  return clock(seconds);
}

function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
