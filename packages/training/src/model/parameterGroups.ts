/** Parameters by patterns of their names: which are frozen, and which have learning rates of their own. */
import type { ParameterGroup } from "entropy-sgd";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";

/** What is said of parameters by patterns of their names, in which `*` stands for any characters. */
export interface ParameterPatterns {
  /** Parameters that never move. */
  readonly freeze?: readonly string[];
  /** Factors of the learning rate by pattern; where several match a name, the last one counts. */
  readonly learningRateFactor?: Readonly<Record<string, number>>;
}

/** How optimizers take a factor. */
export interface FactorOptions {
  /** Whether factors are those of the inner learning rate: of optimizers with an inner loop, whose outer step is an average. */
  readonly ofInnerLoop?: boolean;
}

/** Whether one of the patterns matches the whole name. */
export function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
  });
}

/**
 * The parameter groups of a layout.
 *
 * @throws InputError for a pattern that matches no parameter, with the names that there are, and where nothing is left to train
 */
export function parameterGroups(
  layout: readonly ParameterBlock[],
  { freeze = [], learningRateFactor = {} }: ParameterPatterns,
  { ofInnerLoop = false }: FactorOptions = {},
): ParameterGroup[] {
  for (const pattern of freeze) requireMatch("freeze", pattern, layout);
  const factors = Object.entries(learningRateFactor);
  for (const [pattern] of factors) requireMatch("learningRateFactor", pattern, layout);
  if (freeze.length > 0 && layout.every(({ name }) => matches(freeze, name))) {
    throw new InputError({ name: "freeze", rule: "must leave a parameter to train", value: freeze });
  }
  return layout.flatMap(({ name, offset, shape }): ParameterGroup[] => {
    const range = { start: offset, end: offset + sizeOf(shape) };
    if (matches(freeze, name)) return [{ ...range, frozen: true }];
    const factor = factors.filter(([pattern]) => matches([pattern], name)).at(-1)?.[1];
    if (factor === undefined) return [];
    return [ofInnerLoop ? { ...range, innerLearningRateFactor: factor } : { ...range, learningRateFactor: factor }];
  });
}

function requireMatch(setting: string, pattern: string, layout: readonly ParameterBlock[]): void {
  const names = layout.map(({ name }) => name);
  if (names.some((name) => matches([pattern], name))) return;
  throw new InputError({
    name: setting,
    rule: `must match a parameter; there are ${names.join(", ")}`,
    value: pattern,
  });
}
