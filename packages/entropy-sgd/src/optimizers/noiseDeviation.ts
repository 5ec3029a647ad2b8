/**
 * The standard deviation of the noise of one Langevin step, in the conventions in circulation.
 */
import { scheduledValue } from "../schedules/scheduledValue.ts";
import type { ScalarOrSchedule } from "../types.ts";

/** `paper`: √η'·ε (Algorithm 1, line 5); `code`: ε·√(2η') (the authors' released code). */
export type NoiseForm = "paper" | "code";

/** How much noise a Langevin step adds. */
export interface LangevinNoise {
  readonly noise: number;
  readonly noiseForm: NoiseForm;
  readonly temperature: ScalarOrSchedule | null;
}

/**
 * Standard deviation of the noise of a step of size h at step t.
 *
 *   paper  √h·ε         the chain then targets exp(−2U/ε²)
 *   code   ε·√(2h)      the chain then targets exp(−U/ε²)
 *   temperature T       √(2hT), which targets exp(−U/T); when given it replaces ε and its convention
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), Algorithm 1, line 5
 */
export function noiseDeviation({ noise, noiseForm, temperature }: LangevinNoise, rate: number, step: number): number {
  if (temperature !== null) return Math.sqrt(2 * rate * scheduledValue(temperature, step));
  return noiseForm === "paper" ? Math.sqrt(rate) * noise : noise * Math.sqrt(2 * rate);
}
