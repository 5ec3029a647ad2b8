/** Calls into workers of which only the newest answer matters. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";

/**
 * The newest answer of `ask` to the newest question: while one is asked, later questions replace each other. null before the first.
 *
 * @param question - read again whenever a signal in it changes
 */
export function newestAnswer<Q, A>(question: () => Q, ask: (question: Q) => Promise<A>): ReadonlySignal<A | null> {
  const answer = signal<A | null>(null);
  let isBusy = false;
  let waiting: Q | null = null;
  const next = async (asked: Q): Promise<void> => {
    if (isBusy) {
      waiting = asked;
      return;
    }
    isBusy = true;
    try {
      answer.value = await ask(asked);
    } finally {
      isBusy = false;
      const [then] = [waiting];
      waiting = null;
      if (then !== null) void next(then);
    }
  };
  effect(() => void next(question()));
  return answer;
}
