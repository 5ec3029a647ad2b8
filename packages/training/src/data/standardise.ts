/** Inputs shifted and scaled by means and deviations, which are those of the training examples. */
import { sizeOf } from "onnx-grad";
import type { Standardisation } from "./preparation.ts";
import type { AnySplit, Examples } from "./split.ts";

/** Examples whose numbers are read in float64 as well: raw ones, before they are standardised. */
export interface RawExamples extends Examples {
  readExampleInto(out: Float32Array | Float64Array, offset: number, index: number): void;
}

/** A split of raw examples. */
export type RawSplit = AnySplit & RawExamples;

/**
 * Means and deviations over a split's examples, one for each of `numGroups` equal parts of an example. A part that never changes
 * has the deviation 1.
 *
 *   mean = Σ x / n,  deviation = √(Σ (x − mean)² / n)
 *
 * Cost: two passes over the examples, in float64.
 */
export function fittedStandardisation(split: RawExamples, numGroups: number): Standardisation {
  const means = meansOf(split, numGroups, (x) => x);
  const variances = meansOf(split, numGroups, (x, group) => (x - means[group]!) ** 2);
  return { means, deviations: variances.map((variance) => Math.sqrt(variance) || 1) };
}

function meansOf(split: RawExamples, numGroups: number, term: (x: number, group: number) => number): number[] {
  const example = new Float64Array(sizeOf(split.inputShape));
  const perGroup = example.length / numGroups;
  const sums = new Float64Array(numGroups);
  for (let index = 0; index < split.numExamples; index++) {
    split.readExampleInto(example, 0, index);
    for (let group = 0; group < numGroups; group++) {
      let sum = 0;
      for (let i = group * perGroup; i < (group + 1) * perGroup; i++) sum += term(example[i]!, group);
      sums[group]! += sum;
    }
  }
  return Array.from(sums, (sum) => sum / (split.numExamples * perGroup));
}

/** The examples with (x − mean)/deviation in place of x, computed in float64 and rounded once. Labels and targets stay. */
export function standardised<S extends Examples>(split: S, { means, deviations }: Standardisation): S {
  const raw: RawExamples = split;
  const example = new Float64Array(sizeOf(split.inputShape));
  const perGroup = example.length / means.length;
  return {
    ...split,
    readExampleInto(out: Float32Array, offset: number, index: number) {
      raw.readExampleInto(example, 0, index);
      for (let group = 0, i = 0; group < means.length; group++) {
        const mean = means[group]!;
        const deviation = deviations[group]!;
        for (const end = i + perGroup; i < end; i++) out[offset + i] = (example[i]! - mean) / deviation;
      }
    },
  };
}
