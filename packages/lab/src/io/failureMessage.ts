/** What a process that trains for another one tells it through their channel when it fails. */

/** The message of a failure; bin/entropy-sgd.js writes the same for a program that cannot be loaded. */
export function failureMessage(error: string): { readonly error: string } {
  return { error };
}

/** The error that a message tells; null for other messages. */
export function failureIn(message: unknown): string | null {
  if (typeof message !== "object" || message === null || !("error" in message)) return null;
  return typeof message.error === "string" ? message.error : null;
}
