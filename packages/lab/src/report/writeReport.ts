import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeWhole } from "../runs/files.ts";
import { readRun } from "../runs/readRun.ts";
import { figuresOf } from "./figures.ts";
import { renderReport } from "./renderReport.ts";
import { svgToPng } from "./svgToPng.ts";

/**
 * Writes report.html and figures/*.svg, *.png of some runs to `folder`. Gives the report's path.
 *
 * @throws InputError if a folder is no run
 */
export function writeReport(folder: string, runFolders: readonly string[]): string {
  const records = runFolders.filter((path) => existsSync(join(path, "events.jsonl"))).map(readRun);
  const figures = figuresOf(records);
  makeFolder(join(folder, "figures"));
  for (const { name, svg } of figures) {
    writeWhole(join(folder, "figures", `${name}.svg`), svg);
    writeWhole(join(folder, "figures", `${name}.png`), svgToPng(svg));
  }
  const path = join(folder, "report.html");
  writeWhole(path, renderReport(records, figures));
  return path;
}
