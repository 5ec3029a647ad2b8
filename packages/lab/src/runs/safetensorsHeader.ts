/**
 * The header of a safetensors file, and the strict JSON that it and config.json are written in.
 *
 * Files may come from strangers: every number is checked before it is used, and names are only ever compared.
 *
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { printableJson } from "../store/printable.ts";

/** Throws the error of the file that is read, with the reason. */
export type Refuse = (why: string) => never;

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

/** The key that holds texts instead of a tensor. */
export const metadataKey = "__metadata__";

const fields = ["dtype", "shape", "data_offsets"];
/** Header, entry, list of sizes or offsets. */
const headerDepth = 3;
/** Messages show no more of what was found. */
const maxShown = 60;

/**
 * The header in `bytes`, checked against the length of the data that follow it.
 *
 * @throws what `refuse` throws, for anything that breaks the format's rules or is no tensor of floats
 */
export function parseHeader(bytes: Uint8Array, dataLength: number, refuse: Refuse): SafetensorsHeader {
  const text = decoded(bytes, refuse);
  if (!text.startsWith("{")) return refuse(`header: must begin with "{", found ${shown(text.slice(0, 1))}`);
  const refuseHeader: Refuse = (why) => refuse(`header: ${why}`);
  const { value, keys } = strictJson(text, headerDepth, refuseHeader);
  if (!isRecord(value)) return refuseHeader("must be an object");
  const metadata = Object.hasOwn(value, metadataKey) ? metadataOf(value[metadataKey], refuse) : {};
  const entries = keys
    .filter((name) => name !== metadataKey)
    .map((name) => entryOf(name, value[name], dataLength, refuse))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  requireTiles(entries, dataLength, refuse);
  return { entries, metadata };
}

/** The number of elements; null if a size is none, or the number has no exact representation. */
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
  if (texts === null) return refuse(`${metadataKey}: must be an object, found ${shown(value)}`);
  const entries = texts.map(([key, text]): readonly [string, string] =>
    typeof text === "string"
      ? [key, text]
      : refuse(`${metadataKey}: values must be strings, found ${shown(text)} at ${shown(key)}`),
  );
  return Object.fromEntries(entries);
}

/** What an entry says, checked by itself. */
function entryOf(name: string, entry: unknown, dataLength: number, refuse: Refuse): TensorEntry {
  const must = (rule: string, found: unknown): never => refuse(`tensor ${shown(name)}: ${rule}, found ${shown(found)}`);
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
      refuse(`tensor ${shown(name)}: must begin at byte ${at}, where the one before it ends, found ${start}`);
    }
    at = end;
  }
  if (at !== dataLength) refuse(`the tensors must fill all ${dataLength} bytes of data, found ${at}`);
}

function isSize(value: unknown): value is number {
  // A size of −0 is written "-0", which other readers refuse.
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

function isListOfNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of JSON for a message: on one line, harmless for terminals, and short. */
export function shown(value: unknown): string {
  const text = printableJson(value);
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

/**
 * JSON in which no object has a key twice, nested at most `maxDepth` deep.
 *
 * `JSON.parse` keeps the last of equal keys without a word, so that two readers may see two files; and deep nesting costs
 * it much, and overflows the stack of what walks over the value afterwards. Both are found before it is called.
 *
 * @returns the value, and the keys of the outermost object in the file's order (objects put numbers first)
 * @throws what `refuse` throws
 */
export function strictJson(
  text: string,
  maxDepth: number,
  refuse: Refuse,
): { readonly value: unknown; readonly keys: readonly string[] } {
  const keys = scanned(text, maxDepth, refuse);
  return { value: parsed(text, refuse), keys };
}

function parsed(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("malformed JSON");
  }
}

/** Only brackets and keys are looked at: what else is wrong with the text is left to the parser. */
function scanned(text: string, maxDepth: number, refuse: Refuse): string[] {
  const outermost = new Set<string>();
  /** Of every open object its keys so far; null for a list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      if (open.length === maxDepth) refuse(`must be nested at most ${maxDepth} deep`);
      if (character === "[") open.push(null);
      else open.push(open.length === 0 ? outermost : new Set());
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isBeforeColon(text, end)) {
        const key = parsed(text.slice(at, end), refuse);
        if (typeof key !== "string") return refuse("malformed JSON");
        if (keys.has(key)) refuse(`keys must differ, ${shown(key)} is there twice`);
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return [...outermost];
}

/** The place after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === "\\") at++;
  }
  return text.length;
}

function isBeforeColon(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && " \t\n\r".includes(text[at]!)) at++;
  return text[at] === ":";
}
