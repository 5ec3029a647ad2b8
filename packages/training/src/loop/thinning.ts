/**
 * Which events of a long run are kept.
 *
 * The rule depends on an event's number alone: an interrupted run keeps the same events as an uninterrupted one, and a run
 * whose budget is extended the same as one that had the larger budget from the start.
 */

/** Events of a kind up to this number are all kept. */
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

/** Whether a list of this many kept events may lack some. */
export function isThinned({ length }: { readonly length: number }): boolean {
  return length > numKeptWhole;
}
