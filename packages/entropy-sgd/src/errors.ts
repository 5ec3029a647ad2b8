/** Errors of arguments: what is wrong as data, and the message that is made of it. */
import { shown } from "./shown.ts";

/** What an error is about, as data; its message says the same in words. What is not known is absent. */
export interface ErrorDetails {
  /** The kind of mistake; of this library "wrong-type", "out-of-range" or "unknown-option". */
  readonly code: string;
  /** The function, or the file. */
  readonly path?: string;
  /** The option, argument or field. */
  readonly name?: string;
  /** What must hold, in words: "must be in (0, 1]". */
  readonly rule?: string;
  /** The value that breaks the rule. */
  readonly value?: unknown;
}

/** An error with its details. */
export type Detailed<E extends Error> = E & { readonly details: ErrorDetails };

/** The value that breaks a rule, and how the message says it where the value alone is not enough. */
type Found = [value?: unknown, got?: string];

/**
 * The details of an error; undefined for an error without them.
 *
 * @example
 * ```ts
 * import { detailsOf, sgd } from "entropy-sgd";
 * try {
 *   sgd({ learningRate: -1 });
 * } catch (error) {
 *   detailsOf(error)?.code; // => "out-of-range"
 *   detailsOf(error)?.name; // => "learningRate"
 * }
 * ```
 */
export function detailsOf(error: unknown): ErrorDetails | undefined {
  return error instanceof Error ? (error as Partial<Detailed<Error>>).details : undefined;
}

/** An error with details. They are not enumerable: an error that is printed says them in its message. */
export function detailed<E extends Error>(error: E, details: ErrorDetails): E {
  return Object.defineProperty(error, "details", { value: details });
}

/** `sgd: momentum must be a number, got "a"`. */
export function typeError(path: string, name: string, rule: string, ...found: Found): TypeError {
  const details = { code: "wrong-type", path, name, rule, value: found[0] };
  return detailed(new TypeError(messageOf(path, name, rule, found)), details);
}

/** `sgd: momentum must be in [0, 1), got 1`. */
export function rangeError(path: string, name: string, rule: string, ...found: Found): RangeError {
  const details = { code: "out-of-range", path, name, rule, value: found[0] };
  return detailed(new RangeError(messageOf(path, name, rule, found)), details);
}

function messageOf(path: string, name: string, rule: string, found: Found): string {
  const [value, got = shown(value)] = found;
  return `${path}: ${name && `${name} `}${rule}${found.length > 0 ? `, got ${got}` : ""}`;
}
