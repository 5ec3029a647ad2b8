/** That long work without steps of its own goes on. */
import { duration } from "./duration.ts";
import type { ProgressStream } from "./terminalStreams.ts";
import { writeLine } from "./writeLine.ts";

/** Milliseconds between two lines where nothing can be redrawn, and between two drawings of a live line. */
const [lineEvery, drawEvery] = [30_000, 1000];

/**
 * Says `what` goes on, and since when: in a live line of a terminal, elsewhere by a line each half minute.
 *
 * @returns what ends it
 */
export function whileWaiting(stream: ProgressStream, what: string): () => void {
  const begun = Date.now();
  const text = (): string => `${what}, for ${duration((Date.now() - begun) / 1000)} so far`;
  const { keepBelow } = stream;
  const tell = keepBelow ? () => keepBelow(() => [text()]) : () => writeLine(stream, `  ${text()}`);
  const timer = setInterval(tell, keepBelow ? drawEvery : lineEvery);
  // Nobody waits for a line that is only due.
  timer.unref();
  return () => {
    clearInterval(timer);
    keepBelow?.(null);
  };
}
