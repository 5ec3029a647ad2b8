/** The committed study of the scope: choices, figures, page and judgement, made again from the numbers of its runs. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  assembleStudy,
  type MeasuredRun,
  type StudyResult,
} from "../../packages/lab/src/experiments/study/assemble.ts";
import { chooseConditions, withOtherRates } from "../../packages/lab/src/experiments/study/chooseConditions.ts";
import { conditionsText, readConditions } from "../../packages/lab/src/experiments/study/conditionsFile.ts";
import { studyOf } from "../../packages/lab/src/experiments/study/studies.ts";
import type { StudyCondition } from "../../packages/lab/src/experiments/study/studyDesign.ts";
import { studyFigures } from "../../packages/lab/src/pages/studyFigures.ts";
import { studyPage } from "../../packages/lab/src/pages/studyPage.ts";
import { judgement } from "./judgement.ts";

/** What study.json of each part holds: all but what is made of it. */
interface Committed {
  readonly settings: Record<string, string | number>;
  readonly runs: MeasuredRun[];
}

/** Texts by path below `folder`; `conditions` is the file of the first screening. */
export function committedScope(folder: string, conditions: string): Map<string, string> {
  const grid = readConditions(conditions);
  const screening = committed(folder, "screening");
  if (screening === null) return new Map();
  const screened = assembleStudy(screening.runs, null, studyOf("scope-screening", grid));
  const chosen = chooseConditions(grid, screening.runs);
  const rates = withOtherRates(chosen);
  return new Map([
    ["screening/chosen.yaml", conditionsText(chosen)],
    ["screening/rates.yaml", conditionsText(rates)],
    ...figuresOf(screened, null).map(([file, svg]) => [`screening/${file}`, svg] as const),
    ...studied(folder, rates, screened),
  ]);
}

/** What follows from the second screening, and from the study on what it chose. */
function studied(folder: string, rates: readonly StudyCondition[], screened: StudyResult): [string, string][] {
  const screening = committed(folder, "rates");
  if (screening === null) return [];
  const chosen = chooseConditions(rates, screening.runs);
  const choice: [string, string] = ["rates/chosen.yaml", conditionsText(chosen)];
  const own = committed(folder, ".");
  if (own === null) return [choice];
  const study = assembleStudy(own.runs, null, studyOf("scope", chosen));
  return [
    choice,
    ...figuresOf(study, screened),
    [
      "study.html",
      studyPage(study, studyFigures(study, screened), own.settings, () => "chosen on validation by the screenings"),
    ],
    judgement(study),
  ];
}

/** The phase diagrams. */
function figuresOf(study: StudyResult, screened: StudyResult | null): [file: string, svg: string][] {
  return studyFigures(study, screened)
    .filter(({ name }) => name.startsWith("phase"))
    .map(({ name, svg }) => [`${name}.svg`, svg]);
}

function committed(folder: string, part: string): Committed | null {
  const file = join(folder, part, "study.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Committed) : null;
}
