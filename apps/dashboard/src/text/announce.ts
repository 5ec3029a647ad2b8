/** What a screen reader is told, at most once a second: the last message wins. */
import { signal } from "@preact/signals";

/** The text of the page's live region. */
export const announced = signal("");

const everyMs = 1000;
let last = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says a sentence, now or when a second has passed since the one before it. */
export function announce(sentence: string): void {
  clearTimeout(timer);
  const wait = Math.max(0, last + everyMs - performance.now());
  timer = setTimeout(() => {
    last = performance.now();
    announced.value = sentence;
  }, wait);
}
