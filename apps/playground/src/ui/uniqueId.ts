/** Names of elements, for labels. */
import { useState } from "preact/hooks";

let count = 0;

/** A name that no other element of the page has; preact's own are unique in one figure only, since each is rendered apart. */
export function useUniqueId(): string {
  const [id] = useState(() => `element-${count++}`);
  return id;
}
