/** The errors of a model that cannot be read: one line each, whatever characters its names hold. */

/** `readOnnx: …`, with parts of the file as one line of at most 4,000 characters. */
export function readError(what: string, isOfUnsupported = false): Error {
  const line = what.replace(/\p{Cc}|\u2028|\u2029/gu, "?");
  const shown = `readOnnx: ${line.length > 4000 ? `${line.slice(0, 4000)} …` : line}`;
  return isOfUnsupported ? unsupported(shown) : new Error(shown);
}

/** An error about a right model with a part that we lack; its property `code` says so. */
export function unsupported(what: string): Error {
  return Object.assign(new Error(what), { code: "unsupported" });
}

/** Whether an error is about what we lack. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "unsupported";
}
