/** Why the training does not run, in one sentence. */

/**
 * What the worker or the browser threw, for a reader.
 *
 * @param isOnline - as the browser says
 */
export function failureInWords(error: unknown, isOnline: boolean): string {
  // Errors from a worker keep their names, not their classes.
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  // What browsers throw where an array or a memory of WebAssembly cannot be had.
  if (name === "RangeError")
    return "There is not enough memory in this tab: close other tabs, or take fewer training images.";
  if (!isOnline) return "This device is offline, and what the training needs was not fetched before.";
  const reason = typeof message === "string" && message !== "" ? message : String(error);
  return `The training ended: ${reason}${/[.!?]$/.test(reason) ? "" : "."}`;
}
