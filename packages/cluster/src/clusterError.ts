/** Errors of an exchange, and of arguments to it, with details as those of `entropy-sgd`. */
import { type ErrorDetails, rangeError } from "entropy-sgd";

/**
 * What has ended an exchange, kept a member or a worker from joining or a file from being read, what the server does not allow, has no room
 * for, or has given no answer to.
 */
export type ClusterErrorCode =
  | "taken"
  | "other-length"
  | "other-settings"
  | "other-heartbeat"
  | "lease-lost"
  | "left"
  | "damaged"
  | "denied"
  | "full"
  | "silent";

/** What an error of an exchange or a queue is about. */
export interface ClusterErrorDetails extends ErrorDetails {
  readonly code: ClusterErrorCode;
  /** Of a run that cannot be removed: the numbers of its replicas that are at work. */
  readonly replicas?: readonly number[];
}

/** An exchange or a queue cannot go on as asked; `details.code` says why. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  /** Not enumerable: the message says the same. */
  declare readonly details: ClusterErrorDetails;

  constructor(
    code: ClusterErrorCode,
    path: string,
    name: string,
    rule: string,
    more: Pick<ClusterErrorDetails, "replicas"> = {},
  ) {
    super(`${path}: ${name} ${rule}`);
    Object.defineProperty(this, "details", { value: { code, path, name, rule, ...more } });
  }
}

/** @throws RangeError unless `value` is an integer between the bounds */
export function checkInteger(
  path: string,
  name: string,
  value: number,
  from: number = 0,
  to: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return;
  const rule = to === Number.MAX_SAFE_INTEGER ? `an integer from ${from} on` : `an integer from ${from} to ${to}`;
  throw rangeError(path, name, `must be ${rule}`, value);
}

/** @throws RangeError unless `value` matches the pattern, which `rule` tells in words */
export function checkName(path: string, name: string, value: string, pattern: RegExp, rule: string): void {
  if (!pattern.test(value)) throw rangeError(path, name, `must be ${rule}`, value);
}

/** @throws RangeError unless a vector may follow the version before it */
export function checkPublished(version: number, before: number | null, vector: Float32Array, elements: number): void {
  checkInteger("publish", "version", version);
  if (before !== null && version <= before) throw rangeError("publish", "version", `must grow from ${before}`, version);
  if (vector.length !== elements)
    throw rangeError("publish", "vector", `must have ${elements} elements`, vector.length);
}
