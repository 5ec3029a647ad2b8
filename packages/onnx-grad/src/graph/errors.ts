/** Errors of arguments: what is wrong as data, and the message that is made of it. */

/** What an error is about; its property `details`, not enumerable, which the message says in words. */
interface ErrorDetails {
  readonly code: "wrong-type" | "out-of-range" | "unknown-option";
  /** The operation and the caller's label: `conv2d (features)`. */
  readonly path: string;
  /** The argument or option; empty where the rule is about several. */
  readonly name: string;
  /** What must hold, in words: "must be in [0, 1)". */
  readonly rule: string;
  readonly value?: unknown;
}

/** The value that breaks a rule, and how the message says it where the value alone is not enough. */
type Found = [value?: unknown, got?: string];

/** `compile: outputs must be an object of values by name, got 1`. */
export function typeError(path: string, name: string, rule: string, ...found: Found): TypeError {
  const details = { code: "wrong-type", path, name, rule, value: found[0] } as const;
  return detailed(new TypeError(messageOf(path, name, rule, found)), details);
}

/** `dropout (drop): rate must be in [0, 1), got 1`. */
export function rangeError(path: string, name: string, rule: string, ...found: Found): RangeError {
  const details = { code: "out-of-range", path, name, rule, value: found[0] } as const;
  return detailed(new RangeError(messageOf(path, name, rule, found)), details);
}

/** An error with its details. */
export function detailed<E extends Error>(error: E, details: ErrorDetails): E {
  return Object.defineProperty(error, "details", { value: details });
}

function messageOf(path: string, name: string, rule: string, found: Found): string {
  const [value, got = shown(value)] = found;
  return `${path}: ${name && `${name} `}${rule}${found.length > 0 ? `, got ${got}` : ""}`;
}

const shown = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
