/** The runs of a study. */
import { resolveSettings } from "../../settings/resolveSettings.ts";
import type { ExperimentPlan } from "../experiment.ts";
import { withEachSeed } from "../withEachSeed.ts";
import type { StudyDetails } from "./studyMeasures.ts";

/** What a study is asked for. */
export interface StudyRequest extends StudyDetails {
  readonly network: string;
  readonly seeds: number;
  readonly budget: number;
  readonly data?: string | undefined;
  readonly threads?: number | undefined;
  /** Validation and batch size of small data sets. */
  readonly set: readonly string[];
}

/** The plan: every condition with seeds 1 … k. Boundaries of evaluation are Entropy-SGD's for all. */
export function planStudy(request: StudyRequest): ExperimentPlan<StudyDetails> {
  const { network, seeds, budget, data, threads, set, ...details } = request;
  const runs = withEachSeed(seeds, (seed) =>
    details.conditions.map((condition) => {
      const { name, optimizer, preset } = condition;
      const asked = { network, optimizer, preset, recipe: "tuned", budget, seed, data, threads };
      const settings = resolveSettings({ ...asked, set: [...condition.set, ...set] });
      return { name: `${name}-${seed}`, condition: name, settings };
    }),
  );
  return { kind: "study", runs, details };
}
