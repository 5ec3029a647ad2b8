/** Signals that end a command in good order. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of them. */
export type EndingSignal = (typeof endingSignals)[number];

/** Which of them aborted a signal; SIGINT for another reason. */
export function endingSignalOf({ reason }: AbortSignal): EndingSignal {
  return endingSignals.find((name) => name === reason) ?? "SIGINT";
}
