/** The progress of a run: a live line on a terminal, plain lines elsewhere. */
import type { GradientEvent, StartEvent } from "entropy-sgd-training";
import type { RunEvent } from "../runs/runEvents.ts";
import { budgetOf, headOf, linesOf } from "./eventLines.ts";
import { liveLine } from "./liveLine.ts";
import { paceMeter } from "./paceMeter.ts";

/** Where progress is written. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Milliseconds between two drawings of the live line. */
const drawInterval = 100;

/** Options of the progress lines. */
export interface ProgressOptions {
  /** How many runs there are, and how many of them are done already; a single run is not numbered. */
  readonly numRuns?: number;
  readonly numDone?: () => number;
  /** Whether the gradients of all runs were printed before the first. */
  readonly isPlanTold?: boolean;
  /** Milliseconds; `performance.now` when absent. */
  readonly now?: () => number;
}

/** A listener of the events of one run after another. */
export function progressListener(
  stream: ProgressStream,
  { numRuns = 1, numDone = () => 0, isPlanTold = false, now = () => performance.now() }: ProgressOptions = {},
): (event: RunEvent) => void {
  const live = stream.isTTY === true;
  const meter = paceMeter(now);
  let start: StartEvent | undefined;
  let last: GradientEvent | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (live) stream.write("\r\x1b[2K");
  };
  const line = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  const draw = (): void => {
    if (!live || start === undefined || last === undefined) return;
    drawn = now();
    clear();
    stream.write(liveLine(start, last, meter.pace(), stream.columns ?? 80));
  };
  return (event) => {
    switch (event.type) {
      case "start": {
        meter.start(event);
        start = event;
        last = undefined;
        const number = numRuns > 1 ? `run ${numDone() + 1} of ${numRuns}: ` : "";
        line(`${number}${headOf(event)}${isPlanTold ? "" : `, ${budgetOf(event)}`}`);
        return;
      }
      case "gradient":
        meter.gradient(event);
        last = event;
        if (meter.pace().evaluating || now() - drawn >= drawInterval) draw();
        return;
      case "evaluation":
        meter.evaluation(event);
        for (const text of linesOf(event)) line(text);
        // The training loss comes last, and takes as long.
        if (event.gradients >= (start?.totalGradients ?? Number.POSITIVE_INFINITY)) draw();
        return;
      case "end":
        clear();
    }
    for (const text of linesOf(event)) line(text);
  };
}
