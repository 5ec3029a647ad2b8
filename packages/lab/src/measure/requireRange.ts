import { InputError, shown } from "entropy-sgd-training";

/**
 * Checks a range that is searched from its first value up to its last, at equal factors: what is found is read off a rise.
 *
 * @throws InputError for a range that falls, or whose factor is no number
 */
export function requireRange({ from, to }: { readonly from: number; readonly to: number }): void {
  if (to >= from && Number.isFinite(to / from)) return;
  const rule = `must be at least ${shown(from)}, the first, and a finite factor from it`;
  throw new InputError({ name: "to", rule, value: to });
}
