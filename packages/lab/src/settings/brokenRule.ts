/** The issue of a schema, in words. */
import type { z } from "zod";

/** The broken rule, for schemas without a message of their own. */
export function brokenRule(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `${issue.input === undefined ? "is required and " : ""}must be ${kinds[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `must ${bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum)}`;
    case "too_big":
      return `must ${bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum)}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.join(", ")}`;
    default:
      return undefined;
  }
}

const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a finite number",
  object: "a mapping",
  string: "text",
};

function bound(origin: string, how: string, limit: number | bigint): string {
  if (origin !== "array" && origin !== "string") return `be ${how} ${limit}`;
  return limit === 1 ? "not be empty" : `have ${how} ${limit} entries`;
}
