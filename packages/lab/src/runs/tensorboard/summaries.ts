/** Scalars, histograms and texts as TensorBoard shows them. */
import { dataClasses, dataTypes, type SummaryValue } from "./eventMessages.ts";

/** Buckets of a histogram, as many as TensorBoard's own have. */
const numBuckets = 30;

/** A value of a tag, with what describes the tag. */
export type Summary = Required<SummaryValue>;

/** A number. */
export function scalar(tag: string, value: number, description: string): Summary {
  const tensor = { dtype: dataTypes.float, tensorShape: { dim: [] }, floatVal: [value] };
  return { tag, tensor, metadata: metadataOf("scalars", dataClasses.scalar, description) };
}

/** A text, shown as Markdown. */
export function text(tag: string, markdown: string, description: string): Summary {
  const stringVal = [new TextEncoder().encode(markdown)];
  const tensor = { dtype: dataTypes.string, tensorShape: { dim: [] }, stringVal };
  return { tag, tensor, metadata: metadataOf("text", dataClasses.tensor, description) };
}

/**
 * How often values lie in each of 30 equal intervals, as rows of left edge, right edge and count; one interval around values that are all
 * equal. Values that are not finite are left out; null where none is left.
 */
export function histogram(tag: string, values: ArrayLike<number>, description: string): Summary | null {
  const rows = bucketsOf(values);
  if (rows.length === 0) return null;
  const tensorShape = { dim: [{ size: rows.length }, { size: 3 }] };
  const tensor = { dtype: dataTypes.double, tensorShape, doubleVal: rows.flat() };
  return { tag, tensor, metadata: metadataOf("histograms", dataClasses.tensor, description) };
}

function bucketsOf(values: ArrayLike<number>): [left: number, right: number, count: number][] {
  let [low, high, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    number += 1;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (number === 0) return [];
  if (low === high) return [[low - 0.5, high + 0.5, number]];
  const counts = new Array<number>(numBuckets).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bucket = Math.floor((numBuckets * (value - low)) / (high - low));
    counts[Math.min(bucket, numBuckets - 1)]! += 1;
  }
  const edge = (k: number): number => (k === numBuckets ? high : low + ((high - low) * k) / numBuckets);
  return counts.map((count, k) => [edge(k), edge(k + 1), count]);
}

function metadataOf(pluginName: string, dataClass: number, summaryDescription: string): Summary["metadata"] {
  return { pluginData: { pluginName }, summaryDescription, dataClass };
}
