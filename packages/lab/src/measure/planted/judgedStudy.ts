import { judgePlanted, type PlantedJudgement } from "./judgePlanted.ts";
import { type PhaseRow, phaseDiagram } from "./phaseDiagram.ts";
import type { PlantedInstance, PlantedSettings, TunedRate } from "./plantedStudy.ts";

/** What the planted study measured. */
export interface PlantedRecord {
  readonly settings: PlantedSettings;
  readonly tuned: readonly TunedRate[];
  readonly instances: readonly PlantedInstance[];
}

/** What its page and its figures are made of. */
export interface PlantedStudy extends PlantedRecord {
  readonly judgement: PlantedJudgement;
  readonly phases: readonly PhaseRow[];
}

/** The study judged by its rule, with every condition compared. */
export function judgedStudy({ settings, tuned, instances }: PlantedRecord): PlantedStudy {
  const judgement = judgePlanted(settings, instances);
  return { settings, tuned, instances, judgement, phases: phaseDiagram(settings, tuned, instances) };
}
