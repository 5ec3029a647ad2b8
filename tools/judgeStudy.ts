/**
 * `npm run judge-study`: judges the committed study of wide valleys by today's rule from its raw results, which stay as they were measured:
 * writes judgement.json, study.html and the figures beside study.json.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../packages/lab/src/runs/files.ts";
import { assembleStudy, type MeasuredRun } from "../packages/lab/src/study/assemble.ts";
import { studyFigures } from "../packages/lab/src/study/studyFigures.ts";
import { hypothesisSentences, studyPage } from "../packages/lab/src/study/studyPage.ts";

const folder = fileURLToPath(new URL("../docs/results/wide-valleys", import.meta.url));
const { settings, runs } = JSON.parse(readFileSync(join(folder, "study.json"), "utf8")) as {
  settings: Record<string, string | number>;
  runs: MeasuredRun[];
};
// The study was measured on MNIST.
const study = assembleStudy(runs, null);
const figures = studyFigures(study);
/** Where rates came from when the study was run. */
const ratesThen = (optimizer: string): string =>
  optimizer === "entropy-sgd"
    ? "the paper's"
    : optimizer === "sgd"
      ? "0.1, chosen on validation (docs/results/rates-four-epochs.md)"
      : "SGD's; none was chosen for it";
const { hypotheses, pairs } = study;
const testErrors = pairs.map(({ first, second, testError }) => ({ first, second, ...testError }));
// The page has all figures; those that README.md shows are files too.
for (const { name, svg } of figures) {
  if (existsSync(join(folder, `${name}.svg`))) writeWhole(join(folder, `${name}.svg`), svg);
}
writeWhole(join(folder, "study.html"), studyPage(study, figures, settings, ratesThen));
writeWhole(join(folder, "judgement.json"), `${JSON.stringify({ hypotheses, testErrors }, null, 2)}\n`);
process.stdout.write(`${hypothesisSentences(hypotheses).join("\n")}\n`);
