/** The studies by their names. */
import { scopeStudy } from "./scopeStudy.ts";
import type { StudyCondition, StudyDesign, StudyName } from "./studyDesign.ts";
import { wideValleysStudy } from "./wideValleysStudy.ts";

/** A study; those whose conditions come from a file take them. */
export function studyOf(name: StudyName, conditions: readonly StudyCondition[]): StudyDesign {
  return name === "wide-valleys" ? wideValleysStudy : scopeStudy(name, conditions);
}
