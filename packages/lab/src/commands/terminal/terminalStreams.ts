/** The two streams of a command on a terminal, where lines can be kept below everything that is written. */
import { stripVTControlCharacters } from "node:util";
import { beginningOf, columnsOf } from "../../report/columnsOf.ts";

/** Where a command writes. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Whether the terminal shows colours and the user wants them. */
  readonly hasColours?: boolean;
  /** Keeps the lines of a view below everything that is written, or no more of them; absent where nothing can be redrawn. */
  keepBelow?(view: LiveView | null): void;
  /** `resize`, of streams of Node. */
  on?(event: "resize", listener: () => void): unknown;
}

/** Lines of fewer characters than the terminal has columns; called at each drawing. */
export type LiveView = (columns: number) => readonly string[];

/** The environment: TERM, NO_COLOR and FORCE_COLOR say what a terminal is to show. */
export type TerminalVariables = Readonly<Record<string, string | undefined>>;

/**
 * The streams, of which a terminal's standard error can keep lines below. Where TERM is `dumb`, or standard error is no
 * terminal, nothing is redrawn.
 *
 * The lines end in a line break, so that the cursor stands on a line of its own: whatever ends the process, the next thing that is
 * written begins there. A terminal that was made narrower has broken the lines anew, which is reckoned with.
 */
export function terminalStreams(
  stdout: ProgressStream,
  stderr: ProgressStream,
  variables: TerminalVariables,
): { readonly stdout: ProgressStream; readonly stderr: ProgressStream } {
  if (stderr.isTTY !== true || variables.TERM === "dumb") return { stdout, stderr };
  const area = liveArea(stderr);
  stderr.on?.("resize", area.redraw);
  const over = (stream: ProgressStream): ProgressStream => ({
    write: (text) => area.above(stream, text),
    isTTY: true,
    get columns() {
      return stream.columns ?? 80;
    },
  });
  return {
    stdout: stdout.isTTY === true ? over(stdout) : stdout,
    stderr: Object.defineProperties(over(stderr), {
      hasColours: { value: wantsColours(variables) },
      keepBelow: { value: area.keep },
    }),
  };
}

/** @see https://no-color.org; FORCE_COLOR decides where it is set, as in Node */
function wantsColours({ NO_COLOR, FORCE_COLOR }: TerminalVariables): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return NO_COLOR === undefined || NO_COLOR === "";
}

/** The last lines of a terminal, which are drawn again and again. */
function liveArea(terminal: ProgressStream) {
  let view: LiveView | null = null;
  let drawn: readonly string[] = [];
  let isAtLineStart = true;
  const erasure = (): string => {
    if (drawn.length === 0) return "";
    const { columns = 80, rows = 24 } = terminal;
    const broken = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    const numRows = Math.min(broken, rows - 1);
    // Row by row, as tmux keeps what is erased from the top of the screen to its end; and what was typed below, such as ^C.
    return `\r\x1b[${numRows}A${"\x1b[2K\x1b[1B".repeat(numRows)}\x1b[2K\x1b[${numRows}A`;
  };
  const draw = (): void => {
    const { columns = 80, rows = 24 } = terminal;
    const lines = (view?.(columns) ?? []).slice(0, Math.max(0, rows - 1)).map((line) => fitted(line, columns));
    const begin = isAtLineStart || lines.length === 0 ? "" : "\n";
    // In one piece, so that nothing flickers.
    terminal.write(`${erasure()}${begin}${withoutWrapping(lines.map((line) => `${line}\n`).join(""))}`);
    isAtLineStart ||= lines.length > 0;
    drawn = lines;
  };
  return {
    keep(next: LiveView | null): void {
      view = next;
      if (next !== null || drawn.length > 0) draw();
    },
    redraw(): void {
      if (drawn.length > 0) draw();
    },
    above(stream: ProgressStream, text: string): void {
      if (drawn.length > 0) terminal.write(erasure());
      drawn = [];
      stream.write(text);
      if (text !== "") isAtLineStart = text.endsWith("\n");
      if (view !== null && isAtLineStart) draw();
    },
  };
}

/** A terminal that is narrower already, which the process does not know yet, cuts the lines: each stays in its row. */
const withoutWrapping = (text: string): string => (text === "" ? "" : `\x1b[?7l${text}\x1b[?7h`);

const widthOf = (line: string): number => columnsOf(stripVTControlCharacters(line));

/** The line, cut where it would reach the last column. */
function fitted(line: string, columns: number): string {
  if (widthOf(line) < columns) return line;
  return beginningOf(stripVTControlCharacters(line), Math.max(0, columns - 1));
}
