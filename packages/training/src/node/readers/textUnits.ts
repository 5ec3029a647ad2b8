/** What a text is made of: characters, bytes or words; and their numbers in a vocabulary. */
import type { Preparation, TextPreparation } from "../../data/preparation.ts";
import { InputError } from "../../inputError.ts";

/** What one token is. */
export type TextUnit = TextPreparation["unit"];

/** The units of texts, the default first. */
export const textUnits: readonly TextUnit[] = ["characters", "bytes", "words"];

/** The word that ends each line. */
const endOfLine = "<eos>";

/** The word that stands for words outside the vocabulary. */
const unknownWord = "<unk>";

/**
 * The units of a text, in order: bytes; Unicode characters (code points) of UTF-8, without a byte-order mark; or words between blanks, with
 * one `<eos>` at the end of each line.
 *
 * @throws InputError with the byte offset for a text that is no UTF-8
 */
export function unitsOf(bytes: Uint8Array, unit: TextUnit, path: string): ArrayLike<number> | readonly string[] {
  if (unit === "bytes") return bytes;
  const text = decoded(bytes, path);
  if (unit === "characters") return Uint32Array.from(text, (character) => character.codePointAt(0)!);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.flatMap((line) => [...line.split(/\s+/).filter((word) => word !== ""), endOfLine]);
}

/** The names of the units that occur, sorted: a character itself, the number of a byte, a word. */
export function vocabularyOf(units: ArrayLike<number> | readonly string[], unit: TextUnit): string[] {
  if (unit === "words") return [...new Set(units as readonly string[])].sort();
  const numbers = [...new Set(units as Uint32Array)].sort((a, b) => a - b);
  return numbers.map((number) => nameOf(number, unit));
}

const nameOf = (number: number, unit: TextUnit): string =>
  unit === "bytes" ? String(number) : String.fromCodePoint(number);

/**
 * The numbers of units in a vocabulary.
 *
 * @throws InputError for a character or byte outside of it, and for a word where it has no `<unk>`
 */
export function tokenIds(
  units: ArrayLike<number> | readonly string[],
  vocabulary: readonly string[],
  unit: TextUnit,
  path: string,
): Int32Array {
  const ids = new Map<number | string, number>(
    vocabulary.map((name, id) => [
      unit === "words" ? name : unit === "bytes" ? Number(name) : name.codePointAt(0)!,
      id,
    ]),
  );
  const unknown = unit === "words" ? ids.get(unknownWord) : undefined;
  return Int32Array.from(units as ArrayLike<number | string>, (one, place) => {
    const id = ids.get(one) ?? unknown;
    if (id !== undefined) return id;
    const rule = `${unit} must be among the ${vocabulary.length} of the vocabulary, which is that of the training text`;
    const value = typeof one === "string" ? one : nameOf(one, unit);
    throw new InputError({ path, rule, value, got: `number ${place + 1} is ${JSON.stringify(value)}` });
  });
}

/** What a preparation says of a text. */
type TextVocabulary = Pick<Preparation, "classNames" | "text">;

/**
 * The tokens of the beginning of a text, one or more; without one the token that ends a line, or the first of a vocabulary that has no such.
 *
 * @throws InputError as `tokenIds`, and for a beginning without a token, such as blanks where words are asked for
 */
export function promptTokens(prompt: string | null, { classNames, text }: TextVocabulary): Int32Array {
  const { unit } = text!;
  if (prompt === null || prompt === "") {
    const end = unit === "words" ? endOfLine : unit === "bytes" ? "10" : "\n";
    return Int32Array.of(Math.max(0, classNames!.indexOf(end)));
  }
  const units = unitsOf(new TextEncoder().encode(prompt), unit, "prompt");
  const open = unit === "words" && !prompt.endsWith("\n") ? (units as readonly string[]).slice(0, -1) : units;
  if (open.length === 0) throw new InputError({ name: "prompt", rule: `must have ${unit}`, value: prompt });
  return tokenIds(open, classNames!, unit, "prompt");
}

/** The text of tokens: words with blanks between them, and the end of a line for `<eos>`. Bytes that make no character become U+FFFD. */
export function textOfTokens(tokens: readonly number[], { classNames, text }: TextVocabulary): string {
  const names = tokens.map((token) => classNames![token]!);
  if (text!.unit === "bytes") return new TextDecoder().decode(Uint8Array.from(names, Number));
  if (text!.unit === "characters") return names.join("");
  return names.map((name) => (name === endOfLine ? "\n" : ` ${name}`)).join("");
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const at = firstInvalid(bytes);
    const rule =
      at === bytes.length
        ? `must be UTF-8, it ends within a character at byte ${at}`
        : `must be UTF-8, the byte at offset ${at} does not belong there; unit bytes takes any`;
    throw new InputError({ path, rule });
  }
}

/** The offset of the first byte that cannot follow those before it, by bisection: a longer beginning is invalid where a shorter one is. */
function firstInvalid(bytes: Uint8Array): number {
  const isBeginning = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  if (isBeginning(bytes.length)) return bytes.length;
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (isBeginning(middle)) valid = middle;
    else invalid = middle;
  }
  return invalid - 1;
}
