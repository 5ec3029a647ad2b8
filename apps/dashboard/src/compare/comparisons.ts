/** The runs that are compared, asked for again while some of them go on. */
import { computed, effect, signal } from "@preact/signals";
import type { CompareAnswer, RunRow } from "entropy-sgd-lab";
import { ask } from "../live/ask.ts";
import { table } from "../live/table.ts";
import { place } from "../state/place.ts";

/** null until it has been answered. */
export const answer = signal<CompareAnswer | null>(null);
/** Why there is no answer; null where there is one. */
export const compareError = signal<string | null>(null);

/** The rows of the runs that were chosen. */
export const chosenRows = computed<readonly RunRow[]>(() => {
  const chosen = new Set(place().chosen);
  return (table.value?.runs ?? []).filter(({ id }) => chosen.has(id));
});

/** Changes when one of them was evaluated, ended, or is another. */
const state = computed(() =>
  JSON.stringify([
    place().quantity,
    chosenRows.value.map(({ id, status, facts }) => [id, status, facts?.test, facts?.validation, facts?.seconds]),
  ]),
);

const refreshMs = 1000;

/** Asks when there is something new, at most once a second. Gives the end of it. */
export function keepComparing(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = new AbortController();
  let isFirst = true;
  const stop = effect(() => {
    void state.value;
    clearTimeout(timer);
    timer = setTimeout(load, isFirst ? 0 : refreshMs);
    isFirst = false;
  });
  async function load(): Promise<void> {
    asking.abort();
    asking = new AbortController();
    const { signal: over } = asking;
    const { quantity } = place();
    try {
      answer.value = await ask<CompareAnswer>("compare", { run: chosenRows.value.map(({ id }) => id), quantity }, over);
      compareError.value = null;
    } catch (error) {
      if (!over.aborted) compareError.value = (error as Error).message;
    }
  }
  return () => {
    stop();
    clearTimeout(timer);
    asking.abort();
    answer.value = null;
  };
}
