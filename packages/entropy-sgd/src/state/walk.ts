/**
 * Rebuilding plain data leaf by leaf, which copying, saving and loading share.
 */
import { typeError } from "../errors.ts";
import type { PlainData, Vector } from "../types.ts";

/** Whether a value is one of the vectors that states hold. */
export function isVector(value: unknown): value is Vector {
  return value instanceof Float32Array || value instanceof Float64Array;
}

/** Whether a value is a record: neither null, nor a vector, nor an array. */
export function isRecord(value: PlainData): value is { readonly [name: string]: PlainData };
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>>;
export function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** The path of a part: "inner.buffers.velocity". */
export function joined(path: string, name: string | number): string {
  return path === "" ? String(name) : `${path}.${name}`;
}

type Leaf = number | string | boolean | null | Vector;

/**
 * The data rebuilt, with every leaf (scalar or vector) replaced by `replace(leaf, path)`.
 *
 * @param where - what messages begin with
 * @throws TypeError for what is no plain data, such as a Map, undefined, a function, another typed array or data that
 *   contain themselves
 */
export function rebuilt(where: string, data: PlainData, replace: (leaf: Leaf, path: string) => PlainData): PlainData {
  const within = new Set<PlainData>();
  function walk(part: PlainData, path: string): PlainData {
    if (isVector(part) || part === null || ["number", "string", "boolean"].includes(typeof part)) {
      return replace(part as Leaf, path);
    }
    if (!isList<PlainData>(part) && !isPlainRecord(part)) {
      const rule = "numbers, strings, booleans, null, Float32Arrays, Float64Arrays, or arrays or records of these";
      throw typeError(where, path || "the state", `must be plain data (${rule})`, part);
    }
    if (within.has(part)) throw typeError(where, path, "must not contain itself");
    within.add(part);
    const built = isList<PlainData>(part)
      ? Array.from(part, (item, index) => walk(item, joined(path, index)))
      : Object.fromEntries(Object.entries(part).map(([name, value]) => [name, walk(value, joined(path, name))]));
    within.delete(part);
    return built;
  }
  return walk(data, "");
}

/** Whether a value is a record of its own fields, not a Map, a Date or a typed array, in whatever realm it was made. */
function isPlainRecord(value: PlainData): value is { readonly [name: string]: PlainData } {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** Whether a value is a list; `Array.isArray` does not narrow readonly arrays. */
export function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}
