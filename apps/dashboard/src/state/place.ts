/** The place that the page shows, kept in the browser's address and history. */
import { signal } from "@preact/signals";
import { type Place, placeOf, queryOf } from "./address.ts";

const current = signal(placeOf(location.search));
/** Of an address that is behind. */
let waiting: ReturnType<typeof setTimeout> | undefined;

addEventListener("popstate", () => {
  clearTimeout(waiting);
  waiting = undefined;
  current.value = placeOf(location.search);
});

/** What the page shows. */
export function place(): Place {
  return current.value;
}

/** Goes elsewhere; the back button comes back. */
function go(change: Partial<Place>): void {
  if (waiting !== undefined) write();
  const next = { ...current.peek(), ...change };
  const query = queryOf(next);
  if (query !== location.search) history.pushState(null, "", query || location.pathname);
  current.value = next;
}

/**
 * Changes how the same thing is shown, without an entry in the history. The address follows a little later: browsers refuse more than
 * a hundred changes in half a minute.
 */
export function adjust(change: Partial<Place>): void {
  current.value = { ...current.peek(), ...change };
  clearTimeout(waiting);
  waiting = setTimeout(write, 300);
}

function write(): void {
  clearTimeout(waiting);
  waiting = undefined;
  history.replaceState(null, "", queryOf(current.peek()) || location.pathname);
}

/** The address of a place, for links. */
export function hrefOf(change: Partial<Place>): string {
  return queryOf({ ...current.value, ...change }) || "?";
}

/** What a link does when it is followed in this tab; other ways of opening it are left to the browser. */
export function follow(change: Partial<Place>): (event: MouseEvent) => void {
  return (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(change);
    scrollTo(0, 0);
  };
}
