/** The options of `drawFigure`: those of Observable Plot in types of our own. */

/**
 * A mark as Observable Plot makes it. These types do not refer to Plot's, which need d3's: programs that use them need the types
 * of neither.
 */
export type FigureMark = object;

/** An axis and its scale, by Plot's names. */
export interface FigureAxis {
  readonly type?: "linear" | "log" | "band" | "point";
  readonly label?: string | null;
  readonly labelAnchor?: "center";
  readonly domain?: readonly (number | string)[];
  /** About how many, or where. */
  readonly ticks?: number | readonly (number | string)[];
  readonly tickFormat?: string | ((value: number) => string);
  readonly grid?: boolean;
  readonly zero?: boolean;
  /** null where the axis is not drawn. */
  readonly axis?: null;
}

/** A plot, by Plot's names; sizes in pixels. */
export interface FigureOptions {
  readonly height?: number;
  readonly marginTop?: number;
  readonly marginRight?: number;
  readonly marginBottom?: number;
  readonly marginLeft?: number;
  /** Room inside the frame. Default 6. */
  readonly inset?: number;
  readonly x?: FigureAxis;
  readonly y?: FigureAxis;
  /** The scale of colours that stand for numbers. */
  readonly color?: { readonly type?: "linear" | "log"; readonly scheme?: "viridis"; readonly reverse?: boolean };
  readonly marks?: readonly FigureMark[];
}

/** With size and margins, which depend on the version of the figure. */
export type SizedOptions = FigureOptions & {
  readonly width: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
};
