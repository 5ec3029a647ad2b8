/** Differences of many quantities in one figure: a row for each. */
import * as Plot from "@observablehq/plot";
import { short } from "../statistics/numbers.ts";
import { type DrawingOptions, drawFigure, type Figure, type FigureWords } from "./drawFigure.ts";
import { type SeriesStyle, surfaceColor } from "./styles.ts";
import { told } from "./told.ts";

/** A difference in the row of its quantity. */
export interface RowPoint {
  readonly row: string;
  readonly series: string;
  readonly value: number;
  /** Drawn hollow. */
  readonly hollow?: boolean;
}

/** The content of a figure of rows. */
export interface RowsOptions {
  readonly rows: readonly string[];
  readonly points: readonly RowPoint[];
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  /** The label of the horizontal axis. */
  readonly label: string;
  /** The axis goes from −limit to limit; values beyond are drawn at its ends. */
  readonly limit: number;
  /** The position of the dashed lines, at plus and minus this. */
  readonly critical: number;
}

/** Height of a row, of a row with its label above it, distance of two series of a row, and width of the labels, in pixels. */
const [rowHeight, tallRow, apart, labels] = [26, 44, 6, 376];

/** A dot plot with zero in the middle. On narrow screens the labels stand above their rows. */
export function rowsFigure(words: FigureWords, options: RowsOptions): Figure {
  const { rows, points, styles, label, limit, critical } = options;
  const names = [...styles.keys()];
  const clamped = (value: number): number => Math.max(-limit, Math.min(limit, value));
  const marks = [
    Plot.ruleX([-critical, critical], { stroke: "#888", strokeDasharray: "4 3" }),
    Plot.ruleX([0], { stroke: "#888" }),
    ...names.map((name, k) => {
      const { color, symbol } = styles.get(name)!;
      const dots = Plot.dot(
        points.filter(({ series }) => series === name),
        {
          x: ({ value }: RowPoint) => clamped(value),
          y: "row",
          dy: apart * (k - (names.length - 1) / 2),
          r: 4.5,
          symbol,
          stroke: color,
          fill: ({ hollow }: RowPoint) => (hollow ? surfaceColor : color),
        },
      );
      return told<RowPoint>(dots, name, { text: ({ row, value }) => `${row}: ${short(value)}` });
    }),
  ];
  const x = { label, labelAnchor: "center", grid: true, domain: [-limit, limit] } as const;
  const y = { domain: [...rows], label: null };
  const drawing: DrawingOptions = {
    series: names.length > 1 ? styles : new Map(),
    sample: "marker",
    by: "point",
    narrow: {
      height: 70 + tallRow * rows.length,
      marginLeft: 14,
      marginRight: 14,
      x: { ...x, ticks: 5 },
      y: { ...y, axis: null },
      marks: [
        ...marks,
        Plot.text(rows, {
          y: (row: string) => row,
          frameAnchor: "left",
          textAnchor: "start",
          dy: -apart - 13,
          text: (row: string) => row,
          stroke: surfaceColor,
          strokeWidth: 4,
          fill: "currentColor",
        }),
      ],
    },
  };
  return drawFigure(words, { height: 70 + rowHeight * rows.length, marginLeft: labels, x, y, marks }, drawing);
}
