/** Untrusted texts, such as names of folders, escaped for terminals. */

/**
 * Characters that a terminal may interpret instead of showing them: control characters (C0, DEL, C1), line and paragraph separators, marks
 * and overrides of the direction of writing, and characters without width.
 */
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** The text with escapes (`\x1b`, `\u202e`, …) for characters that a terminal would interpret. */
export function printable(text: string): string {
  return text.replace(obeyed, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : escapeOf(code);
  });
}

/** One line of JSON that a terminal shows as it is; `JSON.stringify` alone leaves DEL, C1 and overrides. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(obeyed, (character) => escapeOf(character.charCodeAt(0)));
}

/** A value in a message, on one short line: numbers that JSON lacks too, lists of numbers as they are written. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "string") return shortened(JSON.stringify(value));
  if (Array.isArray(value)) return shortened(`[${value.map(shown).join(", ")}]`);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function escapeOf(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
