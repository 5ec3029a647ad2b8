/** How results of commands that measure and draw are written, whole ones and interrupted ones. */
import { basename, dirname, extname, join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { makeFolder, writeWhole } from "../io/files.ts";
import type { Figure } from "../report/drawFigure.ts";
import { introduced } from "../report/htmlPage.ts";
import { fixed } from "../statistics/numbers.ts";
import { type CommandContext, exitCodes, interruptionCode, writeJson } from "./context.ts";

/** Results of a command. */
export interface Findings {
  /** Name of the page and the numbers; figures have names of their own. */
  readonly name: string;
  readonly figures: readonly Figure[];
  /** The page that explains them. */
  readonly page: string;
  readonly json: object;
  /** What is printed without `--json`. */
  readonly lines: readonly string[];
}

/** How findings are written. */
export interface WritingOptions {
  readonly json?: boolean | undefined;
  /** Whether a signal ended the work: page and numbers then say so. */
  readonly interrupted?: boolean;
  /** Links in front of the page. */
  readonly links?: string;
}

const interruptedNotice =
  '<p class="lead"><strong>Interrupted: this page holds what was complete when a signal ended the measurement.</strong></p>';

/**
 * Writes name.html, name.json and every figure as SVG and PNG to a folder, then prints the numbers or the lines.
 *
 * Of interrupted work it writes what is complete, marked; null where nothing is. Gives the exit code.
 */
export async function writeFindings(
  out: string,
  findings: Findings | null,
  { json, interrupted = false, links = "" }: WritingOptions,
  context: CommandContext,
): Promise<number> {
  if (findings === null) {
    context.stderr.write("\ninterrupted: nothing was complete, nothing was written\n");
    return interruptionCode(context.signal);
  }
  const { name, figures, page, json: numbers, lines } = findings;
  const marked = interrupted ? { interrupted, ...numbers } : numbers;
  const above = [links, interrupted ? interruptedNotice : ""].filter((part) => part !== "").join("\n");
  // JSON has no NaN and no infinity: null.
  const text = JSON.stringify(marked);
  const { writeFigures } = await import("../report/writeFigures.ts");
  makeFolder(out);
  writeFigures(out, figures);
  writeWhole(join(out, `${name}.json`), `${text}\n`);
  writeWhole(join(out, `${name}.html`), introduced(page, above));
  if (json) writeJson(context, marked);
  else context.stdout.write(`${[...lines, `The page is ${join(out, `${name}.html`)}`].join("\n")}\n`);
  if (!interrupted) return exitCodes.ok;
  context.stderr.write(`\ninterrupted: what was complete is in ${out}\n`);
  return interruptionCode(context.signal);
}

/** The folder and name that an `--out FILE.html` asks for. @throws InputError for another ending */
export function pagePlace(out: string): { readonly folder: string; readonly name: string } {
  if (extname(out) !== ".html") {
    throw new InputError({ name: "--out", rule: "must end in .html (SVG and PNG are written beside it)", value: out });
  }
  return { folder: dirname(out), name: basename(out, ".html") };
}

/** A listener that counts to `total`: a live line on a terminal, about twenty lines elsewhere. */
export function counter({ stderr }: CommandContext, total: number, what: string): () => void {
  const started = performance.now();
  const every = Math.max(1, Math.ceil(total / 20));
  let done = 0;
  return () => {
    done += 1;
    const left = ((performance.now() - started) / 1000 / done) * (total - done);
    const text = `${done}/${total} ${what}, ${fixed(left, 0)} s left`;
    if (stderr.keepBelow && done < total) stderr.keepBelow(() => [text]);
    else {
      stderr.keepBelow?.(null);
      if (stderr.keepBelow || done % every === 0) stderr.write(`${text}\n`);
    }
  };
}
