/** How far several runs are that are trained at a time: a live line on a terminal. */
import { printable } from "entropy-sgd-training";
import { duration } from "./duration.ts";
import type { ProgressStream } from "./terminalStreams.ts";
import { bar, lineOf } from "./viewRow.ts";

/** Listens to the begins and ends of runs. */
export interface RunsMeter {
  begin(name: string): void;
  /** @param here - whether it was trained now, and not before */
  end(name: string, here: boolean): void;
}

/** Of `total` runs. @param now - the time in milliseconds */
export function runsMeter(
  stream: ProgressStream,
  total: number,
  now: () => number = () => performance.now(),
): RunsMeter {
  const atWork = new Set<string>();
  const started = now();
  let [done, doneHere, left] = [0, 0, ""];
  const draw = (): void => {
    const names = `at work: ${[...atWork].map(printable).join(", ")}`;
    const row = {
      label: `${done}/${total} runs`,
      draw: bar(done / total),
      colour: "green",
      words: [...(left === "" ? [names] : [`${names}, ${left}`, left]), ""],
    } as const;
    stream.keepBelow?.(done === total ? null : (columns) => [lineOf(row, columns - 1, 0, stream.hasColours === true)]);
  };
  return {
    begin(name) {
      atWork.add(name);
      draw();
    },
    end(name, here) {
      atWork.delete(name);
      done += 1;
      if (here) doneHere += 1;
      // Those that ended before took no time.
      const seconds = (now() - started) / 1000;
      left = doneHere === 0 ? "" : `about ${duration((seconds / doneHere) * (total - done))} left`;
      draw();
    },
  };
}
