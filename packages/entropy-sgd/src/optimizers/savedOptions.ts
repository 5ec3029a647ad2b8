/**
 * The options that a state carries, so that it goes on only under the same.
 */
import type { OptionSpec } from "../options.ts";
import type { PlainData } from "../types.ts";

/** Options by name, as plain data. A type alias so that states are assignable to `PlainData`. */
export type SavedOptions = { readonly [name: string]: PlainData };

/** Where a schedule is read to tell it from another; it may be defined only up to the end of a run. */
const samples = [0, 1, 10, 100, 1_000, 10_000];

/** Options that change what is measured, not where a run goes. */
const onlyMeasured: ReadonlySet<string> = new Set(["gradientNormEvery"]);

/**
 * What is kept of checked options: numbers, words and groups as they are, a schedule by its values at a few steps, a
 * direction by its name and options. `deserialise` compares them.
 */
export function savedOptions(table: Readonly<Record<string, OptionSpec>>, options: object): SavedOptions {
  const values = new Map<string, unknown>(Object.entries(options));
  const kept = Object.keys(table).filter((name) => !onlyMeasured.has(name));
  return Object.fromEntries(kept.map((name) => [name, plain(values.get(name))]));
}

function plain(value: unknown): PlainData {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "function") return samples.map((step) => sampled(() => value(step)));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return null;
  // A direction is identified by its name and options; its functions cannot be saved.
  const entries = Object.entries(value).filter(([, part]) => typeof part !== "function" && part !== undefined);
  return Object.fromEntries(entries.map(([name, part]) => [name, plain(part)]));
}

/** null where a schedule gives no number: it need not reach beyond its run. */
function sampled(read: () => unknown): number | null {
  try {
    const value = read();
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * The first option in which a saved state and an optimizer differ, with both values in words; null if there is none.
 *
 * An option that the saved state lacks is younger than it and counts as null. Fractions are compared up to 1e-9 of their
 * size, since schedules may differ in last bits between engines.
 */
export function firstDifference(
  saved: Readonly<Record<string, unknown>>,
  own: SavedOptions,
  changed: readonly string[],
): { readonly name: string; readonly saved: string; readonly own: string } | null {
  const names = [...new Set([...Object.keys(own), ...Object.keys(saved)])];
  const name = names.find((one) => !changed.includes(one) && !alike(saved[one] ?? null, own[one] ?? null));
  return name === undefined ? null : { name, saved: worded(saved[name] ?? null), own: worded(own[name] ?? null) };
}

function alike(one: unknown, other: unknown): boolean {
  if (typeof one === "number" && typeof other === "number") {
    if (Number.isInteger(one) && Number.isInteger(other)) return one === other;
    return Math.abs(one - other) <= 1e-9 * Math.max(Math.abs(one), Math.abs(other));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => alike(Reflect.get(one, name), Reflect.get(other, name)));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function worded(value: unknown): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
