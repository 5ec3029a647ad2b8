/** Values in messages. */

/** A value as an error message says it: short, on one line, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value) && "length" in value) {
    const { name } = value.constructor;
    return `${name.startsWith("Int") ? "an" : "a"} ${name} of ${value.length}`;
  }
  if (typeof value === "object" && value !== null) {
    return "then" in value && typeof value.then === "function" ? "a promise (await it first)" : "an object";
  }
  return Object.is(value, -0) ? "-0" : String(value);
}
