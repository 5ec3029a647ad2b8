/** How much a study measures. */
import { z } from "zod";
import { type StudyCondition, type StudyName, studyCondition, studyNames } from "./studyDesign.ts";
import { wideValleysStudy } from "./wideValleysStudy.ts";

/** How much is measured; examples are those of the training split, from the first on. */
export interface StudyMeasures {
  /** Examples behind eigenvalues and traces. */
  readonly curvatureExamples: number;
  /** Examples behind the other measures of flatness. */
  readonly examples: number;
  /** Examples behind the coupling integration. */
  readonly couplingExamples: number;
  /** Test images behind robustness. */
  readonly testExamples: number;
  /** σ per weight of local entropy. */
  readonly radii: readonly number[];
  readonly draws: number;
  readonly steps: number;
  readonly probes: number;
  /** Moves kept per rung and ladder of local entropy along the coupling. */
  readonly samples: number;
}

/** What a study's result needs beside its runs. */
export interface StudyDetails {
  readonly study: StudyName;
  readonly conditions: readonly StudyCondition[];
  /** The folder of the screening that the conditions were chosen from; null without one. */
  readonly screened: string | null;
  readonly measures: StudyMeasures;
  /** Seeds, from the first on, whose local entropy is integrated. */
  readonly couplingSeeds: number;
  /** Conditions whose local entropy is integrated. */
  readonly couplingConditions: readonly string[];
}

const count = z.int().min(1);

/** The rule of the details in the plan's file. */
export const studyDetails: z.ZodType<StudyDetails> = z.strictObject({
  measures: z.strictObject({
    ...{ curvatureExamples: count, examples: count, couplingExamples: count, testExamples: count },
    radii: z.array(z.number().positive()).min(1),
    ...{ draws: count, steps: count, probes: count, samples: count },
  }),
  // Plans made when there was one study say neither.
  study: z.enum(studyNames).default("wide-valleys"),
  conditions: z.array(studyCondition).default([...wideValleysStudy.conditions]),
  screened: z.string().nullable().default(null),
  couplingSeeds: z.int().min(0),
  couplingConditions: z.array(z.string()),
});

/** What the report is made of. */
export const defaultMeasures: StudyMeasures = {
  curvatureExamples: 10_000,
  examples: 4096,
  couplingExamples: 512,
  testExamples: 10_000,
  radii: [3e-3, 1e-2, 3e-2],
  draws: 16,
  steps: 25,
  probes: 12,
  samples: 40,
};
