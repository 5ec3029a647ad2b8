/** The conditions of the wide-valleys study; docs/decisions/study-wide-valleys.md says why each is there. */
import { resolveSettings } from "../../settings/resolveSettings.ts";
import type { ExperimentPlan } from "../experiment.ts";
import type { StudyDetails } from "./studyMeasures.ts";

/** One way to train. */
export interface StudyCondition {
  readonly name: string;
  readonly words: string;
  readonly optimizer: string;
  readonly preset?: string;
  readonly set: readonly string[];
}

/** Entropy-SGD, its baseline and the controls, at equal gradient evaluations. */
export const conditions: readonly StudyCondition[] = [
  { name: "sgd", words: "SGD with Nesterov momentum 0.9", optimizer: "sgd", set: [] },
  { name: "entropy-sgd", words: "Entropy-SGD, preset lua", optimizer: "entropy-sgd", preset: "lua", set: [] },
  {
    name: "sam",
    words: "the same SGD on the loss at distance 0.05 uphill; two gradients a step",
    optimizer: "sam",
    set: [],
  },
  {
    name: "control",
    words: "Entropy-SGD with scope 0 and noise 0: Lookahead with averaging",
    optimizer: "entropy-sgd",
    preset: "lua",
    set: ["scope=0", "noise=0"],
  },
  { name: "swa", words: "the same SGD, weights averaged over the last quarter", optimizer: "swa", set: [] },
];

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

/** The plan: every condition with seeds 1 … k, seeds outermost. Boundaries of evaluation are Entropy-SGD's for all. */
export function planStudy(request: StudyRequest): ExperimentPlan<StudyDetails> {
  const { network, seeds, budget, data, threads, set, ...details } = request;
  const runs = Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    conditions.map((condition) => {
      const { name, optimizer, preset } = condition;
      const asked = { network, optimizer, preset, recipe: "tuned", budget, seed, data, threads };
      const settings = resolveSettings({ ...asked, set: [...condition.set, ...set] });
      return { name: `${name}-${seed}`, condition: name, settings };
    }),
  );
  return { kind: "study", runs, details };
}
