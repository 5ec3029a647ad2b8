/** What breaks a rule of the schema, in the words of the other messages. */
import type { InputError } from "entropy-sgd-training";
import { z } from "zod";
import type { PlacedYaml } from "../../io/placedYaml.ts";
import { nameRules, partsOf } from "../../settings/optionRules.ts";
import { sweepSchema } from "./sweepSchema.ts";

type Issue = z.core.$ZodIssue;

/** The error of the first issue, with its place. A misspelt name comes before what is missing because of it. */
export function refusalOf(issues: readonly Issue[], yaml: PlacedYaml): InputError {
  const found = deepest(issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!);
  const path = found.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (found.code !== "unrecognized_keys") return yaml.refusal(path, found.message);
  const key = found.keys[0] ?? "";
  return yaml.keyRefusal([...path, key], `is unknown here; possible are ${knownNames(path).join(", ")}`);
}

/** Of the alternatives that all failed, the one that fits the value's kind. */
function deepest(issue: Issue, above: Issue["path"] = []): Issue {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union") return { ...issue, path };
  const firsts = issue.errors.flatMap(([first]) => first ?? []);
  const fitting = firsts.find(({ code, path: inner }) => inner.length > 0 || code !== "invalid_type");
  return fitting === undefined ? { ...issue, path } : deepest(fitting, path);
}

function knownNames(path: readonly (string | number)[]): readonly string[] {
  if (path.length === 0) {
    const schema = sweepSchema();
    return schema instanceof z.ZodObject ? Object.keys(schema.shape).filter((name) => name !== "$schema") : [];
  }
  if (path.length > 1) return ["min", "max", "scale", "integer"];
  const rules = path[0] === "set" ? nameRules().set : nameRules().parameters;
  const names = [...rules.keys()].filter((name) => partsOf(name).prefix === null);
  return [...names, "or one of them for one optimizer, as in sgd.momentum"];
}
