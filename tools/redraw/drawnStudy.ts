/** What is made of a committed study: its page, what it decides, and those of its figures that are committed. */
import type { StudyResult } from "../../packages/lab/src/experiments/study/assemble.ts";
import { studyFigures } from "../../packages/lab/src/pages/studyFigures.ts";
import { studyPage } from "../../packages/lab/src/pages/studyPage.ts";

/** How a study was made. */
export interface StudyMaking {
  /** Of the screening that chose its conditions; null for none. */
  readonly screened: StudyResult | null;
  readonly settings: Record<string, string | number>;
  /** Where the rate of an optimizer comes from, in words. */
  readonly ratesFrom: (optimizer: string) => string;
}

/** Texts by file name: study.html, judgement.json and figures by their names. */
export function drawnStudy(study: StudyResult, { screened, settings, ratesFrom }: StudyMaking): [string, string][] {
  const figures = studyFigures(study, screened);
  return [
    ...figures.map(({ name, svg }): [string, string] => [`${name}.svg`, svg]),
    ["study.html", studyPage(study, figures, settings, ratesFrom)],
    ["judgement.json", judgement(study)],
  ];
}

/** The hypotheses with their verdicts, and the differences of test errors. */
function judgement({ hypotheses, pairs }: StudyResult): string {
  const testErrors = pairs.map(({ first, second, testError }) => ({ first, second, ...testError }));
  return `${JSON.stringify({ hypotheses, testErrors }, null, 2)}\n`;
}
