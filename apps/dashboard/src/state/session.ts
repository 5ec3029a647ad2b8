/** The page's one stream of events: it follows the table, and the run that is shown. */
import { computed, effect, signal, untracked } from "@preact/signals";
import { listen } from "../live/stream.ts";
import { loadTable, table, tableError, withChanges } from "../live/table.ts";
import { type CurveWish, type FollowedRun, followedRun } from "../run/followedRun.ts";
import { place } from "./place.ts";

/** The run that is shown; null where none is. */
export const followed = signal<FollowedRun | null>(null);

const shownRun = computed(() => (place().view === "run" ? place().run : null));
const isTableThere = computed(() => table.value !== null);

/** How long is waited before a server that gave no answer is asked again. */
const retryMs = 2000;

/** How the place asks for curves. */
function curveWish(): CurveWish {
  const { axis, zoom, smoothing } = place();
  return { axis, zoom, smoothing };
}

/** Changes with the wish alone, not with the rest of the place. */
const wishText = computed(() => JSON.stringify(curveWish()));

/** Asks for the table, and follows what is shown from then on. */
export function startSession(): void {
  void untilDone(async () => {
    await loadTable();
    return tableError.value === null;
  });
  effect(() => {
    if (isTableThere.value) return follow(shownRun.value);
  });
  effect(() => {
    const wish: CurveWish = JSON.parse(wishText.value);
    const run = followed.peek();
    if (run?.raw.peek()) run.show(wish);
  });
  // A measurement may have been made in a terminal meanwhile.
  addEventListener("focus", () => void followed.peek()?.load());
}

/** Follows a run, or the table alone; gives the end of it. */
function follow(id: string | null): () => void {
  const run = id === null ? null : followedRun(id, untracked(curveWish));
  followed.value = run;
  let isOver = false;
  let stop: (() => void) | undefined;
  void untilDone(async () => {
    if (isOver) return true;
    await run?.load();
    if (run?.error.value && run.detail.value === null) return false;
    if (!isOver) stop = listen(() => knownOf(run), listenersOf(run));
    return true;
  });
  return () => {
    isOver = true;
    stop?.();
    run?.close();
  };
}

function knownOf(run: FollowedRun | null) {
  const [since, at] = [table.peek()?.version ?? null, run?.position() ?? null];
  return run === null || at === null ? { since } : { since, run: run.id, at };
}

function listenersOf(run: FollowedRun | null): Parameters<typeof listen>[1] {
  return {
    rows(changes) {
      table.value = withChanges(table.value!, changes);
      // A run that could not be read, and that can now perhaps.
      if (run?.detail.value?.content === null && changes.changed.some(({ id }) => id === run.id)) void run.load();
    },
    reload: () => void loadTable(),
    log: (batch) => {
      if (batch.run === run?.id) run.append(batch);
    },
    reset: (reset) => {
      if (reset.run === run?.id) void run.restart();
    },
  };
}

async function untilDone(work: () => Promise<boolean>): Promise<void> {
  while (!(await work())) await new Promise((resolve) => setTimeout(resolve, retryMs));
}
