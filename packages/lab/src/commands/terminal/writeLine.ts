import { brokenAtBlanks } from "./brokenAtBlanks.ts";
import type { ProgressStream } from "./terminalStreams.ts";

/** Writes a line of progress, on a terminal in lines that fit. */
export function writeLine(stream: ProgressStream, text: string): void {
  const { columns } = stream;
  stream.write(`${stream.keepBelow && columns ? brokenAtBlanks(text, columns) : text}\n`);
}
