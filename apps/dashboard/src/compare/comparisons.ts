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

/** Changes with what is asked for. */
const chosenState = computed(() => JSON.stringify([place().quantity, chosenRows.value.map(({ id }) => id)]));
/** Changes when one of the runs was evaluated or ended. */
const runsState = computed(() =>
  JSON.stringify(chosenRows.value.map(({ status, facts }) => [status, facts?.test, facts?.validation, facts?.seconds])),
);

const refreshMs = 1000;

/** Asks when there is something new, at most once a second. Gives the end of it. */
export function keepComparing(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = new AbortController();
  let last = { asked: "", runs: "" };
  const stop = effect(() => {
    const now = { asked: chosenState.value, runs: runsState.value };
    clearTimeout(timer);
    // At once for another choice, later for news of the same runs.
    timer = setTimeout(load, now.asked === last.asked ? refreshMs : 0);
    last = now;
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
