/** The errors of a model that cannot be read: one line each, whatever characters its names hold. */

/** `readOnnx: …`, with parts of the file as one line of at most 4,000 characters. */
export function readError(message: string): Error {
  const line = message.replace(/\p{Cc}|\u2028|\u2029/gu, "?");
  return new Error(`readOnnx: ${line.length > 4000 ? `${line.slice(0, 4000)} …` : line}`);
}
