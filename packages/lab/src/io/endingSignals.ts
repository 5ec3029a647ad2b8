/** Signals after which a command stops with its results so far and a checkpoint. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Such a signal. */
export type EndingSignal = (typeof endingSignals)[number];

/** The signal that is the reason of an abort; SIGINT for any other reason. */
export function endingSignalOf({ reason }: AbortSignal): EndingSignal {
  return endingSignals.find((name) => name === reason) ?? "SIGINT";
}
