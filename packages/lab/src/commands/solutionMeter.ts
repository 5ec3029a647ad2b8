/** How far the measures of a study are: a live line on a terminal, and a line for each solution. */
import type { SolutionListener } from "../experiments/study/measureAll.ts";
import type { CommandContext } from "./context.ts";
import { duration } from "./terminal/duration.ts";

/** Of `total` solutions; the time left is known once one was measured here, as those measured before take none. */
export function solutionMeter(
  { stderr }: CommandContext,
  total: number,
  now: () => number = () => performance.now(),
): SolutionListener {
  let [done, measuredHere, seconds] = [0, 0, 0];
  let since: number | null = null;
  const left = (): string =>
    measuredHere === 0 || done === total ? "" : `, about ${duration((seconds / measuredHere) * (total - done))} left`;
  return {
    onStep(solution, step) {
      since ??= now();
      const text = `measuring ${done + 1} of ${total}: ${solution}: ${step}${left()}`;
      stderr.keepBelow?.(() => [text]);
    },
    onMeasured(solution) {
      done += 1;
      stderr.keepBelow?.(null);
      if (since === null) return;
      [measuredHere, seconds, since] = [measuredHere + 1, seconds + (now() - since) / 1000, null];
      stderr.write(`measured ${done} of ${total}: ${solution}${left()}\n`);
    },
  };
}
