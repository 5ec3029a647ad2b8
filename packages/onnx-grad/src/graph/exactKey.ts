/**
 * JSON of a value in which every number is told from every other: `JSON.stringify` writes ∞, −∞ and NaN as null and −0 as 0.
 *
 * Equal keys mean equal bits (all NaNs are one, as in JavaScript).
 */
export function exactKey(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "number" || (Number.isFinite(part) && !Object.is(part, -0))) return part;
    return Object.is(part, -0) ? "-0" : String(part);
  });
}
