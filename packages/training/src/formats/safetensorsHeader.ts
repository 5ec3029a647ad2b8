/**
 * The header of a safetensors file.
 *
 * Files are untrusted: every number is checked before it is used, and names are only ever compared.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { isRecord, type Refuse, shownJson, strictJson } from "./strictJson.ts";

/** A number format of tensors. */
export type Dtype = "F32" | "F64";

/** Bytes of one number. */
export const bytesOf: Readonly<Record<Dtype, number>> = { F32: 4, F64: 8 };

/** What the header says of one tensor. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Its bytes, counted from the header's end; `end` is the first byte after it. */
  readonly start: number;
  readonly end: number;
}

/** A header whose tensors fill the data in this order, without gap or overlap. */
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The key of the metadata, which are texts instead of a tensor. */
export const metadataKey = "__metadata__";

const fields = ["dtype", "shape", "data_offsets"];
/** The deepest nesting that the format has: header, entry, list of sizes or offsets. */
const headerDepth = 3;
/**
 * The header in `bytes`, checked against the length of the data that follow it.
 *
 * @throws what `refuse` throws, for anything that breaks the format's rules or is no tensor of floats
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, refuse: Refuse): SafetensorsHeader {
  const text = decoded(bytes, refuse);
  if (!text.startsWith("{")) return refuse(`header: must begin with "{", found ${shownJson(text.slice(0, 1))}`);
  const refuseHeader: Refuse = (why) => refuse(`header: ${why}`);
  const { value, keys } = strictJson(text, headerDepth, refuseHeader, { countsOnly: true });
  if (!isRecord(value)) return refuseHeader("must be an object");
  const metadata = Object.hasOwn(value, metadataKey) ? metadataOf(value[metadataKey], refuse) : {};
  const entries = keys
    .filter((name) => name !== metadataKey)
    .map((name) => entryOf(name, value[name], dataLength, refuse))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  requireTiles(entries, dataLength, refuse);
  return { entries, metadata };
}

/** The number of elements; null if a size is not a whole number from 0, or the product is not exact. */
export function numElements(shape: readonly number[]): number | null {
  let product = 1;
  for (const size of shape) {
    product *= size;
    if (!isSize(size) || !Number.isSafeInteger(product)) return null;
  }
  return product;
}

function decoded(bytes: Uint8Array, refuse: Refuse): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("header: must be UTF-8");
  }
}

function metadataOf(value: unknown, refuse: Refuse): Readonly<Record<string, string>> {
  const texts = isRecord(value) ? Object.entries(value) : null;
  if (texts === null) return refuse(`${metadataKey}: must be an object, found ${shownJson(value)}`);
  const entries = texts.map(([key, text]): readonly [string, string] =>
    typeof text === "string"
      ? [key, text]
      : refuse(`${metadataKey}: values must be strings, found ${shownJson(text)} at ${shownJson(key)}`),
  );
  return Object.fromEntries(entries);
}

/** The entry of one tensor, checked on its own. */
function entryOf(name: string, entry: unknown, dataLength: number, refuse: Refuse): TensorEntry {
  const must = (rule: string, found: unknown): never =>
    refuse(`tensor ${shownJson(name)}: ${rule}, found ${shownJson(found)}`);
  if (!isRecord(entry)) return must("must be an object", entry);
  const keys = Object.keys(entry);
  if (keys.length !== fields.length || !fields.every((field) => keys.includes(field))) {
    return must(`must have ${fields.join(", ")} and nothing else`, keys);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32" && dtype !== "F64") return must("dtype must be F32 or F64", dtype);
  if (!isListOfNumbers(shape)) return must("shape must be a list of sizes", shape);
  const length = numElements(shape);
  if (length === null) return must("shape must be sizes with a product below 2^53", shape);
  const [start, end] = isListOfNumbers(offsets) && offsets.length === 2 ? offsets : [];
  if (!isSize(start) || !isSize(end) || start > end || end > dataLength) {
    return must(`data_offsets must be two integers with 0 ≤ start ≤ end ≤ ${dataLength}`, offsets);
  }
  if (end - start !== length * bytesOf[dtype]) {
    return must(`must have ${length * bytesOf[dtype]} bytes by its shape and dtype`, end - start);
  }
  return { name, dtype, shape, start, end };
}

/** The format forbids gaps and overlaps: hidden bytes, and tensors that change with others. */
function requireTiles(entries: readonly TensorEntry[], dataLength: number, refuse: Refuse): void {
  let at = 0;
  for (const { name, start, end } of entries) {
    if (start !== at) {
      refuse(`tensor ${shownJson(name)}: must begin at byte ${at}, where the one before it ends, found ${start}`);
    }
    at = end;
  }
  if (at !== dataLength) refuse(`the tensors must fill all ${dataLength} bytes of data, found ${at}`);
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isListOfNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}
