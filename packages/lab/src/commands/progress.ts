/** The progress of a run: on a terminal a few live lines below everything else, plain lines elsewhere. */
import type { RunEvent } from "../runs/runEvents.ts";
import { budgetOf, headOf, linesOf } from "./eventLines.ts";
import { liveView } from "./terminal/liveView.ts";
import { runFollower } from "./terminal/runFollower.ts";
import type { LiveView, ProgressStream } from "./terminal/terminalStreams.ts";
import { whileWaiting } from "./terminal/whileWaiting.ts";
import { writeLine } from "./terminal/writeLine.ts";

/** Milliseconds between two drawings of the live lines. */
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
  const run = runFollower(now);
  let drawn = Number.NEGATIVE_INFINITY;
  let number = "";
  const view: LiveView = (columns) => {
    const soFar = run.soFar();
    return soFar === null ? [] : liveView({ ...soFar, number }, columns, stream.hasColours === true);
  };
  const draw = (): void => {
    drawn = now();
    stream.keepBelow?.(view);
  };
  const line = (text: string): void => writeLine(stream, text);
  let stopWaiting = (): void => {};
  /** The live lines say by themselves that an evaluation is at work. */
  const waitAfter = ({ type }: RunEvent): void => {
    stopWaiting();
    const isSilent = stream.keepBelow === undefined && type === "gradient" && run.isEvaluating();
    stopWaiting = isSilent ? whileWaiting(stream, "evaluating") : () => {};
  };
  return (event) => {
    // A run that ends, or one that begins after another failed.
    if (event.type === "start" || event.type === "end") stream.keepBelow?.(null);
    run.follow(event);
    waitAfter(event);
    if (event.type === "start") {
      number = numRuns > 1 ? `run ${numDone() + 1} of ${numRuns}` : "";
      line(`${number === "" ? "" : `${number}: `}${headOf(event)}${isPlanTold ? "" : `, ${budgetOf(event)}`}`);
    } else if (event.type === "gradient") {
      if (run.isEvaluating() || now() - drawn >= drawInterval) draw();
    } else for (const text of linesOf(event)) line(text);
  };
}
