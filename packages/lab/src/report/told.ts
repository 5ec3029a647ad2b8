/** Marks whose values pages tell at the pointer. */
import type { FigureMark } from "./figureOptions.ts";

/** What is told of a mark's points. */
export interface Telling<Datum> {
  /** The series of a point. */
  readonly name: string | ((datum: Datum) => string);
  /** The number that is told under the series' name, with the place of the point; default its y. */
  readonly value?: (datum: Datum) => number;
  /** Words instead of numbers. */
  readonly text?: (datum: Datum) => string;
}

/** A mark with what is told of its points. */
export interface ToldMark {
  readonly mark: FigureMark;
  readonly telling: Telling<never>;
}

/** The mark, with its values at the pointer on pages: those of each datum that it draws, in a series of this name. */
export function told<Datum>(
  mark: FigureMark,
  name: Telling<Datum>["name"],
  telling: Omit<Telling<Datum>, "name"> = {},
): FigureMark {
  return { mark, telling: { name, ...telling } } satisfies ToldMark;
}

/** Whether it is one of `told`. */
export function isTold(mark: FigureMark): mark is ToldMark {
  return "telling" in mark;
}
