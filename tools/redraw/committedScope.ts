/** The committed study of the scope: choices, figures, pages and judgements, made again from the numbers of its runs. */
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
import { studyFigures } from "../../packages/lab/src/pages/studyFigures.ts";
import { drawnStudy } from "./drawnStudy.ts";

/** What study.json of each part holds: all but what is made of it. */
interface Committed {
  readonly settings: Record<string, string | number>;
  readonly runs: MeasuredRun[];
}

/** Texts by path below `folder`; `conditions` is the file of the first screening. */
export function committedScope(folder: string, conditions: string): Map<string, string> {
  const part = (name: string): Committed =>
    JSON.parse(readFileSync(join(folder, name, "study.json"), "utf8")) as Committed;
  const [screening, rates, own, sameRate] = [part("screening"), part("rates"), part("."), part("same-rate")];
  const grid = readConditions(conditions);
  const screened = assembleStudy(screening.runs, null, studyOf("scope-screening", grid));
  const cells = chooseConditions(grid, screening.runs);
  const atAllRates = withOtherRates(cells);
  const chosen = chooseConditions(atAllRates, rates.runs);
  const study = assembleStudy(own.runs, null, studyOf("scope", chosen));
  // The control at the cells' rate, beside those runs of the study that are compared with it.
  const compared = readConditions(join(folder, "same-rate/conditions.yaml"));
  const runs = [
    ...sameRate.runs,
    ...own.runs.filter(({ condition }) => compared.some(({ name }) => name === condition)),
  ];
  const again = assembleStudy(runs, null, studyOf("scope", compared));
  const making = { screened, settings: own.settings, ratesFrom: () => "chosen on validation by the screenings" };
  return new Map([
    ["screening/chosen.yaml", conditionsText(cells)],
    ["screening/rates.yaml", conditionsText(atAllRates)],
    ...phases(screened).map(([file, svg]) => [`screening/${file}`, svg] as const),
    ["rates/chosen.yaml", conditionsText(chosen)],
    ...drawnStudy(study, making).filter(([file]) => existsSync(join(folder, file))),
    ...drawnStudy(again, making)
      .map(([file, text]) => [`same-rate/${file}`, text] as const)
      .filter(([file]) => existsSync(join(folder, file))),
  ]);
}

/** The phase diagrams of a screening. */
function phases(study: StudyResult): [file: string, svg: string][] {
  return studyFigures(study, null)
    .filter(({ name }) => name.startsWith("phase"))
    .map(({ name, svg }) => [`${name}.svg`, svg]);
}
