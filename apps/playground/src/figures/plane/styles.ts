/** How fields and paths look, on the canvas and in the exported file. */
import type { ChartPoints, SeriesColor } from "../../ui/chart.ts";
import type { OptimizerName } from "./trajectories.ts";

/** How a path is drawn: by colour, width and the symbol at its end. */
export interface PathStyle {
  readonly words: string;
  readonly color: SeriesColor;
  readonly width: number;
  readonly symbol: NonNullable<ChartPoints["symbol"]>;
}

export const pathStyles: Readonly<Record<OptimizerName, PathStyle>> = {
  sgd: { words: "SGD", color: 1, width: 1.5, symbol: "circle" },
  sgld: { words: "SGLD", color: 3, width: 1, symbol: "square" },
  "entropy-sgd": { words: "Entropy-SGD", color: 2, width: 2, symbol: "triangle" },
  sam: { words: "SAM", color: 4, width: 3, symbol: "diamond" },
};

/** From the bottom up: SGLD wanders most, and SAM often goes where SGD goes. */
export const drawnOrder: readonly OptimizerName[] = ["sgld", "sam", "sgd", "entropy-sgd"];

/** How a field is drawn: the regions below each level lie over each other. */
export interface FieldStyle {
  readonly words: string;
  readonly color: SeriesColor;
  readonly dash: readonly number[];
  readonly fillOpacity: number;
  readonly lineOpacity: number;
}

export const fieldStyles: Readonly<Record<"loss" | "entropy", FieldStyle>> = {
  loss: { words: "loss f", color: 8, dash: [], fillOpacity: 0.07, lineOpacity: 0.55 },
  entropy: { words: "−F", color: 0, dash: [5, 3], fillOpacity: 0.07, lineOpacity: 0.9 },
};

/** What is drawn of the fields: the first one with its regions, a second one as lines alone. */
export function fieldsShown(shown: "both" | "loss" | "entropy"): readonly ("loss" | "entropy")[] {
  return shown === "both" ? ["loss", "entropy"] : [shown];
}
