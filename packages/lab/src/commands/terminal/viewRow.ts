/** One line of live lines: a label, a drawing and words, as much of them as there is room for. */
import { styleText } from "node:util";
import { columnsOf } from "../../report/columnsOf.ts";

/** A label, a drawing as wide as there is room, and words. */
export interface Row {
  readonly label: string;
  readonly draw: (width: number) => string;
  readonly colour: "green" | "cyan";
  /** Words behind the drawing, the fullest first. */
  readonly words: readonly string[];
}

/** A drawing is not narrower, or it is left out, nor is it wider. */
const minWidth = 6;
export const maxWidth = 64;
/** The first text that fits; an empty one where none does. */
export function firstFitting(texts: readonly string[], room: number): string {
  return texts.find((text) => columnsOf(text) <= room) ?? "";
}

/** The line of a row, of at most `room` columns. @param labelWidth - columns of the label, with blanks behind it */
export function lineOf(
  { label, draw, colour, words }: Row,
  room: number,
  labelWidth: number,
  hasColours: boolean,
): string {
  const padded = label + " ".repeat(Math.max(0, labelWidth - columnsOf(label)));
  for (const word of words) {
    const free = room - columnsOf(padded) - (word === "" ? 1 : 2 + columnsOf(word));
    if (free < minWidth) continue;
    const drawn = draw(Math.min(free, maxWidth));
    return `${padded} ${hasColours ? styleText(colour, drawn, { validateStream: false }) : drawn} ${word}`.trimEnd();
  }
  return firstFitting([...words.map((word) => `${label} ${word}`.trimEnd()), label], room);
}

/** The bar of a share. */
export function bar(share: number): Row["draw"] {
  return (width) => "█".repeat(Math.round(share * width)).padEnd(width, "░");
}
