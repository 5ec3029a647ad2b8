/** What Plot drew, mark by mark: the values behind what is seen. */
import type { FigureMark } from "./figureOptions.ts";
import { isTold, type Telling } from "./told.ts";

/** The part of one of Plot's marks that is read here. */
interface PlotMark {
  readonly data: ArrayLike<unknown> | null;
  readonly dx: number;
  readonly dy: number;
  readonly stroke?: string;
  readonly fill?: string;
  readonly strokeDasharray?: string;
  render(index: ArrayLike<number>, scales: unknown, values: PlotValues, ...rest: unknown[]): object | null;
}

/** Values of a mark's channels: before scaling, by name. */
type Channels = Readonly<Record<string, { readonly scale?: string; readonly value: ArrayLike<unknown> }>>;

interface PlotValues {
  readonly channels: Channels;
}

/** A mark as it was drawn. */
export interface DrawnMark {
  readonly mark: PlotMark;
  readonly telling: Telling<never> | null;
  /** The group in the SVG. */
  readonly node: object;
  /** The data that were drawn. */
  readonly index: readonly number[];
  readonly channels: Channels;
}

/** Ticks and grids are drawn anew by the scripts of pages; Plot changes their marks while it draws them. */
function isAxis(mark: FigureMark): boolean {
  return Array.isArray(mark) || ("ariaLabel" in mark && /^[xy]-grid$/.test(String(mark.ariaLabel)));
}

/** The marks for Plot, which note in `drawn` what it draws of them. */
export function noting(marks: readonly FigureMark[], drawn: DrawnMark[]): FigureMark[] {
  return marks.flatMap((given): FigureMark[] => {
    if (isAxis(given)) return [given];
    const [mark, telling] = isTold(given) ? [given.mark as PlotMark, given.telling] : [given as PlotMark, null];
    const render: PlotMark["render"] = (index, scales, values, ...rest) => {
      const node = mark.render(index, scales, values, ...rest);
      if (node !== null) drawn.push({ mark, telling, node, index: Array.from(index ?? []), channels: values.channels });
      return node;
    };
    return [Object.create(mark, { render: { value: render } }) as FigureMark];
  });
}
