/** Keeps the page's address and the knobs the same. */
import { effect } from "@preact/signals";
import { addressOf, readAddress, unknownIn } from "./address.ts";
import type { KnobGroup } from "./knobs.ts";

/** Milliseconds without a change before the address is written: browsers refuse more than a hundred in half a minute. */
const settle = 400;

/** Sets the knobs from the address, and the address at each change of them. Gives what of the address was not taken. */
export function syncAddress(groups: readonly KnobGroup[]): string[] {
  const { search } = location;
  const told = [...unknownIn(search, groups), ...groups.flatMap((group) => readAddress(search, group))];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFirst = true;
  effect(() => {
    const address = addressOf(groups);
    clearTimeout(timer);
    // A page that was opened plainly keeps its plain address until something is set.
    if (!isFirst) timer = setTimeout(() => history.replaceState(null, "", address + location.hash), settle);
    isFirst = false;
  });
  return told;
}
