/**
 * Rebuilding plain data leaf by leaf, which copying, saving and loading share.
 */
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

/** The data rebuilt, with every leaf (scalar or vector) replaced by `replace(leaf, path)`. */
export function rebuilt(
  data: PlainData,
  path: string,
  replace: (leaf: number | string | boolean | null | Vector, path: string) => PlainData,
): PlainData {
  if (isVector(data) || typeof data !== "object" || data === null) return replace(data, path);
  if (isList<PlainData>(data)) return data.map((item, index) => rebuilt(item, joined(path, index), replace));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, rebuilt(value, joined(path, name), replace)]),
  );
}

/** Whether a value is a list; `Array.isArray` does not narrow readonly arrays. */
export function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}
