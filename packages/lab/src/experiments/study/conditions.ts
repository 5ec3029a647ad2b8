/** The conditions of the wide-valleys study; docs/decisions/study-wide-valleys.md says why each is there. */
import { resolveSettings } from "../../settings/resolveSettings.ts";
import type { Settings } from "../../settings/settings.ts";

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

/** What the study trains, besides conditions. */
export interface StudyPlan {
  readonly network: string;
  readonly seeds: number;
  readonly budget: number;
  readonly data?: string | undefined;
  readonly threads?: number | undefined;
  /** Validation and batch size of small data sets. */
  readonly set: readonly string[];
}

/** One run of the study. */
export interface StudyRun {
  readonly condition: StudyCondition;
  readonly seed: number;
  readonly settings: Settings;
}

/** Every run, seeds outermost, all settings checked. Boundaries of evaluation are Entropy-SGD's for all. */
export function studyRuns({ network, seeds, budget, data, threads, set }: StudyPlan): StudyRun[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    conditions.map((condition) => {
      const { optimizer, preset } = condition;
      const own = {
        network,
        optimizer,
        preset,
        recipe: "tuned",
        budget,
        seed,
        data,
        threads,
        set: [...condition.set, ...set],
      };
      return { condition, seed, settings: resolveSettings(own) };
    }),
  );
}
