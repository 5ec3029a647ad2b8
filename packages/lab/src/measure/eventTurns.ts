import { type StopSignal, throwIfInterrupted } from "entropy-sgd-training";

/** Milliseconds of work between two turns of the event loop. */
const turnInterval = 50;

/** Gives the event loop a turn if one is due. @throws Interruption after a signal */
export type EventTurn = () => Promise<void>;

/**
 * For loops without I/O, which would never receive a signal: the function returned gives the event loop a turn every 50 ms, and
 * throws after a signal.
 *
 * @throws Interruption from the function returned
 */
export function eventTurns(signal: StopSignal): EventTurn {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < turnInterval) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    last = performance.now();
    throwIfInterrupted(signal);
  };
}
