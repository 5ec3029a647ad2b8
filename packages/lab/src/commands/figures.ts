/** The figures by name: a new one is its file, which exports `definition`, and its line here. */
import type { FigureDefinition } from "./figureDefinition.ts";

/** The file of each figure, loaded when it is drawn. */
export const figureFiles: Readonly<Record<string, () => Promise<{ readonly definition: FigureDefinition }>>> = {
  "wide-valleys": () => import("./figures/wideValleys.ts"),
  langevin: () => import("./figures/langevin.ts"),
  gibbs: () => import("./figures/gibbs.ts"),
};
