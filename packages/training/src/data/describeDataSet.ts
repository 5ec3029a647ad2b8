/** What a data set is, as data: for the lines that are printed before training begins, and for pages. */

import type { Standardisation } from "./preparation.ts";
import { numberedClasses } from "./preparation.ts";
import { type AnySplit, type DataSet, isLabelled } from "./split.ts";
import { isText } from "./textSplit.ts";

/** The parts of a data set. */
export const splitNames = ["train", "validation", "test"] as const;

/** A number for each part. */
export type PerSplit<T> = Readonly<Record<(typeof splitNames)[number], T>>;

/** What a data set holds; plain JSON. */
export interface DataSetDescription {
  readonly name: string;
  /** Name of the reader, such as `csv`; null for data that were not read from files. */
  readonly format: string | null;
  readonly checksum: string | null;
  readonly inputShape: readonly number[];
  readonly numExamples: PerSplit<number>;
  /** null where targets are numbers. */
  readonly classes: { readonly names: readonly string[]; readonly counts: PerSplit<readonly number[]> } | null;
  /** null where targets are classes. */
  readonly targets: { readonly shape: readonly number[]; readonly names: readonly string[] | null } | null;
  /** Inputs of a table, with the categories of those that are texts; null for others. */
  readonly columns: readonly { readonly name: string; readonly categories: readonly string[] | null }[] | null;
  /** What a token is, how many different ones there are, and tokens of each part; null for others than texts. */
  readonly text: { readonly unit: string; readonly vocabulary: number; readonly numTokens: PerSplit<number> } | null;
  readonly standardisation: Standardisation | null;
  /** Whether each example's contrast was normalised and the examples whitened. */
  readonly whitened: boolean;
  readonly augment: readonly string[];
}

/** Describes a data set. Cost: one look at each label. */
export function describeDataSet(data: DataSet<AnySplit>): DataSetDescription {
  const { name, checksum = null, preparation, augment = [], train } = data;
  const table = preparation?.table;
  return {
    name,
    format: preparation?.format ?? null,
    checksum,
    inputShape: train.inputShape,
    numExamples: perSplit(data, ({ numExamples }) => numExamples),
    classes: isLabelled(train)
      ? {
          names: preparation?.classNames ?? numberedClasses(train.numClasses),
          counts: perSplit(data, (split) => countsOf(split)),
        }
      : null,
    targets: isLabelled(train) ? null : { shape: train.targetShape, names: table?.targets ?? null },
    columns: table?.columns ?? null,
    text: isText(train)
      ? {
          unit: preparation?.text?.unit ?? "tokens",
          vocabulary: train.numClasses,
          numTokens: perSplit(data, (split) => (isText(split) ? split.tokens.length : 0)),
        }
      : null,
    standardisation: preparation?.standardisation ?? null,
    whitened: preparation?.whitening !== undefined,
    augment,
  };
}

function perSplit<T>(data: DataSet<AnySplit>, of: (split: AnySplit) => T): PerSplit<T> {
  return { train: of(data.train), validation: of(data.validation), test: of(data.test) };
}

/** How many examples each class has; none where targets are numbers. */
function countsOf(split: AnySplit): number[] {
  if (!isLabelled(split)) return [];
  const counts = new Array<number>(split.numClasses).fill(0);
  for (let i = 0; i < split.numExamples; i++) counts[split.labelOf(i)]! += 1;
  return counts;
}
