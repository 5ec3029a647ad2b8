/** What was not taken from other replicas, and why: a bad vector is refused, and the exchange goes on. */

/**
 * Why something was refused: a vector with NaN or an infinity; of another length; of another run or replica; whose bytes are
 * not those that were sent; of which a part is not there; a version that goes back, or is too far ahead to be a count; a message
 * that cannot be read, or one of a newer program.
 */
export type RefusalReason =
  | "not-finite"
  | "wrong-length"
  | "wrong-run"
  | "damaged"
  | "missing"
  | "version-went-back"
  | "implausible-version"
  | "unreadable"
  | "newer-format";

/** Something of another replica that was not used. */
export interface Refusal {
  readonly replica: number;
  /** Null where it is not known. */
  readonly version: number | null;
  readonly reason: RefusalReason;
}

/** The newest refusals; the same one again is kept once. */
export interface RefusalLog {
  add(refusal: Refusal): void;
  all(): readonly Refusal[];
}

const kept = 100;

export function refusalLog(): RefusalLog {
  let log: readonly Refusal[] = [];
  const isSame = (a: Refusal, b: Refusal): boolean =>
    a.replica === b.replica && a.version === b.version && a.reason === b.reason;
  return {
    add(refusal) {
      if (!log.some((other) => isSame(other, refusal))) log = [...log, refusal].slice(-kept);
    },
    all: () => log,
  };
}
