/**
 * Untrusted JSON: read strictly, and shownJson in messages.
 */
import { printableJson } from "../printable.ts";

/** Throws the error that names the file, with this reason. */
export type Refuse = (why: string) => never;

/** Rules beyond those of JSON. */
export interface JsonRules {
  /** Numbers are digits alone, and texts hold no lone surrogates: readers in other languages accept nothing else. */
  readonly countsOnly?: boolean;
}

/** The most characters of a value that messages show. */
const maxShown = 60;

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value for a message: on one line, without control characters, and short. */
export function shownJson(value: unknown): string {
  const text = printableJson(value);
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

/**
 * JSON in which no object has a key twice, nested at most `maxDepth` deep.
 *
 * `JSON.parse` silently keeps the last of equal keys, so that two readers may see two files; deep nesting overflows the stack
 * of recursive code that reads the value. Both are refused before it is called.
 *
 * @returns the value, and the keys of the outermost object in the file's order (objects put numbers first)
 * @throws what `refuse` throws
 */
export function strictJson(
  text: string,
  maxDepth: number,
  refuse: Refuse,
  rules: JsonRules = {},
): { readonly value: unknown; readonly keys: readonly string[] } {
  const keys = scanned(text, maxDepth, refuse, rules);
  return { value: parsed(text, refuse), keys };
}

function parsed(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("malformed JSON");
  }
}

/** Whether a text has a lone surrogate. */
export function isLone(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/** Checks brackets, keys and the rules above; other syntax errors are left to the parser. */
function scanned(text: string, maxDepth: number, refuse: Refuse, { countsOnly = false }: JsonRules): string[] {
  const outermost = new Set<string>();
  /** For every open object its keys so far; null for a list. */
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
      if (countsOnly && text.slice(at, end).includes("\\u") && isLone(String(parsed(text.slice(at, end), refuse)))) {
        refuse(`texts must have no half characters, found ${shownJson(text.slice(at, end))}`);
      }
      const keys = open.at(-1);
      if (keys && isBeforeColon(text, end)) {
        const key = parsed(text.slice(at, end), refuse);
        if (typeof key !== "string") return refuse("malformed JSON");
        if (keys.has(key)) refuse(`keys must differ, ${shownJson(key)} is there twice`);
        keys.add(key);
      }
      at = end - 1;
    } else if (countsOnly && character !== undefined && /[-\d]/.test(character)) {
      const [number] = /^[-+.eE\d]+/.exec(text.slice(at, at + maxShown))!;
      if (/\D/.test(number)) refuse(`numbers must be digits alone, found ${number}`);
      at += number.length - 1;
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
