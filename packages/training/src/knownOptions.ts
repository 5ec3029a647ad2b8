/** The one check of the names of options; values are checked where they are used. */
import { shown } from "./printable.ts";

/** A key for every option of the interface `O`; a missing or misspelt one does not compile. */
export type KnownOptions<O> = { readonly [K in keyof Required<O>]: true };

/**
 * Checks that options have known names only: a misspelt one would be ignored.
 *
 * @param where - the function that takes them
 * @throws TypeError that names the function, the unknown option and those there are; for options that are no object, too
 */
export function requireKnownOptions<O extends object>(where: string, known: KnownOptions<O>, options: O): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: options must be an object, got ${shown(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  throw new TypeError(`${where}: unknown option ${shown(unknown)}; the options are ${Object.keys(known).join(", ")}`);
}
