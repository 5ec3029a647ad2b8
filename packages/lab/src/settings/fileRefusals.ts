/** Errors of settings that a YAML or JSON file holds, with their places in it. */
import { InputError, shown } from "entropy-sgd-training";
import type { z } from "zod";
import type { Path, PlacedYaml } from "../io/placedYaml.ts";

type Issue = z.core.$ZodIssue;

/** A value of a setting or option in a file. */
export interface PlacedName {
  readonly name: string;
  readonly path: Path;
}

/**
 * The error of the first issue, with its place. A misspelt name comes before what is missing because of it.
 *
 * @param knownNames - the names that are possible at a path
 */
export function refusalOf(
  issues: readonly Issue[],
  yaml: PlacedYaml,
  knownNames: (path: Path) => readonly string[],
): InputError {
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

/** An error about a value in the file with its place there; null for any other. */
export function placedRefusal(error: unknown, yaml: PlacedYaml, places: readonly PlacedName[]): InputError | null {
  if (!(error instanceof InputError)) return null;
  const { name, rule = "", value } = error.details;
  const place = places.find((candidate) => candidate.name === name || name?.startsWith(`${candidate.name}.`));
  if (place === undefined) return null;
  return yaml.valueRefusal(place.path, value === undefined ? rule : `${rule}, got ${shown(value)}`);
}
