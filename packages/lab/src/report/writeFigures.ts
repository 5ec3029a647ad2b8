import { join } from "node:path";
import { writeWhole } from "../io/files.ts";
import type { Figure } from "./drawFigure.ts";
import { svgToPng } from "./svgToPng.ts";

/** Writes every figure as SVG and PNG to an existing folder. @throws InputError if it cannot be written */
export function writeFigures(folder: string, figures: readonly Figure[]): void {
  for (const { name, svg } of figures) {
    writeWhole(join(folder, `${name}.svg`), svg);
    writeWhole(join(folder, `${name}.png`), svgToPng(svg));
  }
}
