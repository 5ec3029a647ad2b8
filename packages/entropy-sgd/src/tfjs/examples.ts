/** Examples as models of TensorFlow.js take them. */
import { rangeError, typeError } from "../errors.ts";
import type { HostTensor } from "./tensorFlow.ts";

/** Tensors of a row for each example: one, or one for each input or output of the model, in order or by name. */
export type HostExamples = HostTensor | readonly HostTensor[] | Readonly<Record<string, HostTensor>>;

/** The same with other tensors. */
export function mapTensors(examples: HostExamples, replace: (tensor: HostTensor) => HostTensor): HostExamples {
  if (isTensor(examples)) return replace(examples);
  if (Array.isArray(examples)) return examples.map(replace);
  return Object.fromEntries(Object.entries(examples).map(([name, tensor]) => [name, replace(tensor)]));
}

/**
 * Number of rows of all tensors.
 *
 * @throws TypeError for what is no tensor, RangeError for tensors of different numbers of rows or of none
 */
export function numRows(where: string, name: string, parts: readonly HostExamples[]): number {
  const tensors = parts.flatMap((part) => {
    if (typeof part !== "object" || part === null) throw typeError(where, name, "must be tensors", part);
    return isTensor(part) ? [part] : Object.values(part);
  });
  const other = tensors.find((tensor) => !isTensor(tensor));
  if (other !== undefined) throw typeError(where, name, "must be tensors", other);
  const rows = tensors.map(({ shape }) => shape[0] ?? 0);
  if (rows.length > 0 && rows.every((count) => count === rows[0] && count > 0)) return rows[0];
  throw rangeError(where, name, "must have equal numbers of rows, at least one", rows, rows.join(", "));
}

function isTensor(value: unknown): value is HostTensor {
  return typeof value === "object" && value !== null && "dataId" in value && "shape" in value;
}
