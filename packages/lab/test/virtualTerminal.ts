/** A terminal without a window: what a person would see of what a command writes. */
import xterm from "@xterm/headless";
import {
  type ProgressStream,
  type TerminalVariables,
  terminalStreams,
} from "../src/commands/terminal/terminalStreams.ts";

/** A terminal and the streams of a command on it. */
export interface VirtualTerminal {
  readonly stdout: ProgressStream;
  readonly stderr: ProgressStream;
  /** All lines from the first one written, without blanks at their ends and empty lines at the end. */
  lines(): Promise<string[]>;
  /** Whether any of the lines was longer than the terminal is wide. */
  hasWrapped(): Promise<boolean>;
  /** Line and column of the cursor, from 0. */
  cursor(): Promise<readonly [number, number]>;
  /** All that was written, with its escape sequences. */
  written(): string;
  /** What a person types, which the terminal shows. */
  type(text: string): void;
  /** As a person does it with the window. @param whileUnknown - what happens before the command is told of it */
  resize(columns: number, whileUnknown?: () => void): Promise<void>;
}

export function virtualTerminal(columns: number, variables: TerminalVariables = {}, rows = 24): VirtualTerminal {
  // The driver of a terminal makes a carriage return and a line feed of a line's end.
  const screen = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    convertEol: true,
    scrollback: 1000,
  });
  let written = "";
  let known = columns;
  const listeners: (() => void)[] = [];
  const stream: ProgressStream = {
    isTTY: true,
    get columns() {
      return known;
    },
    rows,
    write(text) {
      written += text;
      screen.write(text);
    },
    on: (_, listener) => listeners.push(listener),
  };
  const settled = (): Promise<void> => new Promise((resolve) => screen.write("", resolve));
  const rowsOf = () => {
    const { active } = screen.buffer;
    return Array.from({ length: active.length }, (_, i) => active.getLine(i)!);
  };
  return {
    ...terminalStreams(stream, stream, variables),
    async lines() {
      await settled();
      const texts = rowsOf().map((row) => row.translateToString(true).trimEnd());
      while (texts.at(-1) === "") texts.pop();
      return texts;
    },
    async hasWrapped() {
      await settled();
      return rowsOf().some(({ isWrapped }) => isWrapped);
    },
    async cursor() {
      await settled();
      const { baseY, cursorY, cursorX } = screen.buffer.active;
      return [baseY + cursorY, cursorX];
    },
    written: () => written,
    type: (text) => screen.write(text),
    async resize(newColumns, whileUnknown) {
      await settled();
      screen.resize(newColumns, rows);
      whileUnknown?.();
      known = newColumns;
      for (const listener of listeners) listener();
    },
  };
}
