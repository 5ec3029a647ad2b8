/** What `drawFigure` takes: options of Observable Plot in types of our own. */

/**
 * A mark as Observable Plot makes it. These types name none of Plot's, whose own need d3's: a program that reads them needs
 * neither.
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

/** What is drawn and where, by Plot's names; sizes in pixels. */
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

/** With the size and the margins, which the form of the figure sets. */
export type SizedOptions = FigureOptions & {
  readonly width: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
};
