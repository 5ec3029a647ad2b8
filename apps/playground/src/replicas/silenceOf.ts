/** Whether a thread still answers, which may break without a word. */

/** How long an answer is waited for. */
export interface Patience {
  /** Milliseconds from one turn to the next. */
  readonly every: number;
  /** Turns without an answer. */
  readonly most: number;
}

/**
 * Fulfilled when a thread that is asked again and again has left a question unanswered for so many turns; not after the signal. This
 * thread's turns are counted, not the time: both stand still while the machine sleeps.
 *
 * @param ask - fulfilled when the thread has answered; a rejection is no answer
 */
export function silenceOf(ask: () => Promise<unknown>, { every, most }: Patience, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let unanswered = 0;
    let isAsked = false;
    const end = (): void => clearInterval(clock);
    const clock = setInterval(() => {
      unanswered += isAsked ? 1 : 0;
      if (unanswered >= most) {
        end();
        return resolve();
      }
      if (isAsked) return;
      isAsked = true;
      ask().then(
        () => {
          isAsked = false;
          unanswered = 0;
        },
        () => {},
      );
    }, every);
    signal.addEventListener("abort", end, { once: true });
  });
}
