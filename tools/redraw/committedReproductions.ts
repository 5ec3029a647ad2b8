/** The figures and the table of the committed reproductions, from their raw runs. */
import { join } from "node:path";
import { reproductionsAt } from "../../packages/lab/src/experiments/reproduce/reproductionFile.ts";
import { resultsOfTable } from "../../packages/lab/src/experiments/reproduce/reproductionResult.ts";
import { reproductionFindings } from "../../packages/lab/src/pages/reproductionFindings.ts";
import { tablePage } from "../../packages/lab/src/pages/reproductionTable.ts";

/** Texts by name of the file in the folder; experiments without a file were not run. */
export function committedReproductions(folder: string): Map<string, string> {
  const results = resultsOfTable(
    reproductionsAt((name) => join(folder, `${name}.json`)),
    { scale: 1, seeds: 3 },
  );
  const figures = results.flatMap((result) =>
    reproductionFindings(result).figures.map(({ svg }) => [`${result.name}.svg`, svg] as const),
  );
  return new Map([...figures, ["README.md", tablePage(results)]]);
}
