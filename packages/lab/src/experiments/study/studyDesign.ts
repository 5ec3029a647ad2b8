/** What a study asks: its conditions, which of them are compared, and the hypotheses that the comparisons judge. */
import type { DifferenceOptions } from "entropy-sgd/landscape";
import { z } from "zod";
import type { Judgement, QuantityComparison } from "./judge.ts";

/** A pair of conditions with its comparisons. */
export interface PairOfConditions {
  readonly first: string;
  readonly second: string;
  readonly flatness: readonly QuantityComparison[];
  readonly robustness: readonly QuantityComparison[];
  readonly coupling: readonly QuantityComparison[];
  readonly testError: QuantityComparison;
}

/** A hypothesis of the study's page under docs/decisions with what the measures say. */
export interface Hypothesis extends Judgement {
  readonly name: string;
  readonly claim: string;
  /** What the measures say, with their numbers. */
  readonly found: string;
}

/** What a condition stands for in a study with conditions from a file. */
export const conditionRoles = ["control", "sgd", "sam", "cell"] as const;

/** Groups of cells, from which the screening chooses. */
export const cellGroups = ["constant", "strong", "focusing"] as const;

/** One way to train. */
export interface StudyCondition {
  readonly name: string;
  readonly words: string;
  readonly optimizer: string;
  readonly preset?: string | undefined;
  readonly set: readonly string[];
  /** Absent in studies with conditions of their own. */
  readonly role?: (typeof conditionRoles)[number] | undefined;
  /** Of cells alone: a constant scope, one whose force is as strong as the gradient, one that grows. */
  readonly group?: (typeof cellGroups)[number] | undefined;
  /** The condition that this one is at another learning rate: of them the screening takes one. */
  readonly rateOf?: string | undefined;
}

/** The rule of a condition in files. */
export const studyCondition: z.ZodType<StudyCondition> = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, "must be lower-case letters, digits and dashes"),
  words: z.string(),
  optimizer: z.string(),
  preset: z.string().optional(),
  set: z.array(z.string()),
  role: z.enum(conditionRoles).optional(),
  group: z.enum(cellGroups).optional(),
  rateOf: z.string().optional(),
});

/** Names of the studies. */
export const studyNames = ["wide-valleys", "scope", "scope-screening"] as const;

/** The name of a study. */
export type StudyName = (typeof studyNames)[number];

/** Names of two conditions that are compared: the first is said to be better. */
export type ConditionPair = readonly [first: string, second: string];

/** A study. */
export interface StudyDesign {
  readonly name: StudyName;
  readonly title: string;
  readonly lead: string;
  /** When hypotheses are supported, for the page. */
  readonly rule: string;
  /** The fewest seeds that it is of use with. */
  readonly leastSeeds: number;
  /** Whether it is worth nothing without every run. */
  readonly needsAll: boolean;
  readonly conditions: readonly StudyCondition[];
  readonly pairs: readonly ConditionPair[];
  /** Those whose flatness is drawn measure by measure, and those whose robustness the page compares. */
  readonly drawn: readonly ConditionPair[];
  readonly robust: readonly ConditionPair[];
  /** Margin and resolution of test errors; absent where the data set's are taken. */
  readonly testErrors?: DifferenceOptions;
  hypothesesOf(pairs: readonly PairOfConditions[]): Hypothesis[];
  /** What the verdicts mean together; empty where they say it themselves. */
  remark(hypotheses: readonly Hypothesis[]): string;
}
