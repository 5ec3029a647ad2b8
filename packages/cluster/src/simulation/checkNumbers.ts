import { rangeError } from "entropy-sgd";

/** @throws RangeError that names the first value which is not finite or breaks the rule */
export function checkNumbers(
  path: string,
  values: Readonly<Record<string, number>>,
  rule: "positive" | "not negative",
): void {
  for (const [name, value] of Object.entries(values)) {
    const isKept = rule === "positive" ? value > 0 : value >= 0;
    if (!(isKept && Number.isFinite(value))) throw rangeError(path, name, `must be finite and ${rule}`, value);
  }
}
