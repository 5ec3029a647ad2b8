/** The committed study of wide valleys, judged by today's rule from its raw results, which stay as they were measured. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assembleStudy, type MeasuredRun } from "../../packages/lab/src/experiments/study/assemble.ts";
import { studyFigures } from "../../packages/lab/src/pages/studyFigures.ts";
import { studyPage } from "../../packages/lab/src/pages/studyPage.ts";
import { judgement } from "./judgement.ts";

/** Where rates came from when the study was run. */
const ratesThen = (optimizer: string): string =>
  optimizer === "entropy-sgd"
    ? "the paper's"
    : optimizer === "sgd"
      ? "0.1, chosen on validation (docs/results/rates-four-epochs.md)"
      : "SGD's; none was chosen for it";

/** judgement.json, study.html, and of its figures those that are files in `folder` beside study.json. */
export function committedStudy(folder: string): Map<string, string> {
  const { settings, runs } = JSON.parse(readFileSync(join(folder, "study.json"), "utf8")) as {
    settings: Record<string, string | number>;
    runs: MeasuredRun[];
  };
  // The study was measured on MNIST.
  const study = assembleStudy(runs, null);
  const figures = studyFigures(study);
  return new Map([
    ...figures.map(({ name, svg }) => [`${name}.svg`, svg] as const).filter(([file]) => existsSync(join(folder, file))),
    ["study.html", studyPage(study, figures, settings, ratesThen)],
    judgement(study),
  ]);
}
