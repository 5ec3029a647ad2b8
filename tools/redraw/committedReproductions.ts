/** The figures and the table of the committed reproductions, from their raw runs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readReproduction } from "../../packages/lab/src/experiments/reproduce/reproductionFile.ts";
import { reproductionResult } from "../../packages/lab/src/experiments/reproduce/reproductionResult.ts";
import { reproductionNames } from "../../packages/lab/src/experiments/reproduce/reproductions.ts";
import { reproductionFindings } from "../../packages/lab/src/pages/reproductionFindings.ts";
import { tablePage } from "../../packages/lab/src/pages/reproductionTable.ts";

/** Texts by name of the file in the folder; experiments without a file were not run. */
export function committedReproductions(folder: string): Map<string, string> {
  const texts = new Map<string, string>();
  const results = reproductionNames.map((name) => {
    const file = join(folder, `${name}.json`);
    if (!existsSync(file)) return reproductionResult({ name, scale: 1, seeds: 3, runs: [] });
    const result = reproductionResult(readReproduction(file));
    for (const { svg } of reproductionFindings(result).figures) texts.set(`${name}.svg`, svg);
    return result;
  });
  return texts.set("README.md", tablePage(results));
}
