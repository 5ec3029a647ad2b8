/** How long a run still takes. */
import type { GradientEvent, StartEvent } from "entropy-sgd-training";
import type { Pace } from "./paceMeter.ts";

/** `0:23`, of the gradients and evaluations that are left; ">" in front of it before the time of an evaluation is known. */
export function timeLeft(
  { totalGradients, gradientsPerEpoch, innerSteps, evaluateEvery = 1 }: StartEvent,
  { gradients }: GradientEvent,
  { rate, evaluationSeconds, evaluating }: Pace,
): string {
  // Evaluations are at boundaries.
  const every = Math.max(innerSteps, evaluateEvery * gradientsPerEpoch);
  const stretchesLeft = Math.ceil(totalGradients / every) - Math.floor(gradients / every);
  const evaluations = Math.max(
    gradients < totalGradients || evaluating ? 1 : 0,
    gradients < totalGradients ? stretchesLeft : 0,
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
