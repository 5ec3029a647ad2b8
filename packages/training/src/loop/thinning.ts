/**
 * Which events of a long run are kept.
 *
 * The rule knows nothing but an event's number, so that a run that was interrupted keeps the same ones as one that was
 * not, and one whose budget is extended the same as one that had the larger budget from the start.
 */

/** So many are all kept. */
export const numKeptWhole: number = 2 ** 14;

/**
 * Whether the event of a number (1 for the first of its kind) is kept: all of the first 16,384, then every second one up
 * to 32,768, every fourth up to 65,536, and so on: 8,192 for each doubling.
 */
export function isKept(number: number): boolean {
  let stride = 1;
  while (number > stride * numKeptWhole) stride *= 2;
  return number % stride === 0;
}

/** Whether events were left out of those that are there. */
export function isThinned({ length }: { readonly length: number }): boolean {
  return length > numKeptWhole;
}
