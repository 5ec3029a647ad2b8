/** Errors of usage and input, with details. */
import type { ErrorDetails } from "entropy-sgd";
import { shown } from "./printable.ts";

/**
 * Bad usage or input: the message is one line that names what, where and the rule; commands end with exit code 2.
 *
 * Its details have the code "bad-input" unless they name another, such as "missing" for a file that is not there.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  /** What is wrong, as data. Not enumerable: the message says the same. */
  declare readonly details: ErrorDetails;

  /**
   * @param about - what is wrong: a message, or details of which it is made as `path: name: rule, got value`;
   *   `got` says the value in other words, such as "found 3"
   * @param message - the message where it is not that of the details
   */
  constructor(about: string | (Partial<ErrorDetails> & { readonly got?: string }), message?: string) {
    const { got, ...details } = typeof about === "string" ? { rule: about, got: undefined } : about;
    super(message ?? messageOf(details, got));
    Object.defineProperty(this, "details", { value: { code: "bad-input", ...details } });
  }
}

function messageOf(details: Partial<ErrorDetails>, got?: string): string {
  const { path, name, rule, value } = details;
  const text = [path, name, rule].filter((part) => part !== undefined).join(": ");
  return "value" in details ? `${text}, ${got ?? `got ${shown(value)}`}` : text;
}
