/** A screening as its folder keeps it. */
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { earlierResult } from "../../runner/resumeTraining.ts";
import { planFileIn, readPlan } from "../planFile.ts";
import { assembleStudy, type StudyResult } from "./assemble.ts";
import { measuredBefore } from "./measureAll.ts";
import { studyOf } from "./studies.ts";
import { studyDetails } from "./studyMeasures.ts";

/** The runs of the screening that have ended and were measured. @throws InputError for a folder without a screening, or without a run */
export function screenedStudy(folder: string): StudyResult {
  const file = planFileIn(folder);
  const plan = file === null ? null : readPlan(file);
  const details = studyDetails.safeParse(plan?.details);
  if (plan === null || plan.kind !== "study" || !details.success || details.data.study !== "scope-screening")
    throw new InputError({ path: folder, rule: "holds no screening of the scope" });
  const runs = plan.runs.flatMap((run) => {
    const result = earlierResult(join(folder, run.name));
    const measures = measuredBefore(folder, run, details.data.measures);
    const { condition, settings } = run;
    return result === null || measures === null
      ? []
      : [{ condition, seed: settings.seed, result, measures, coupling: null }];
  });
  if (runs.length === 0) throw new InputError({ path: folder, rule: "holds no run that was measured" });
  return assembleStudy(runs, null, studyOf("scope-screening", details.data.conditions));
}
