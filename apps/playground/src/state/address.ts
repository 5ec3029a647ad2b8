/** The knobs of the page in its address: `?v=1&valleys.gamma=0.01`, only what is not at its fallback. */
import type { KnobGroup } from "./knobs.ts";

/** The version of the names and rules below it; raised when an old address would be read wrongly. */
export const schemaVersion = 1;

/** The query of the groups' values, with the question mark. */
export function addressOf(groups: readonly KnobGroup[]): string {
  const query = new URLSearchParams({ v: String(schemaVersion) });
  for (const { name, knobs, values } of groups) {
    for (const [key, knob] of Object.entries(knobs)) {
      const written = knob.write(values[key]!.value);
      if (written !== knob.write(knob.fallback)) query.set(`${name}.${key}`, written);
    }
  }
  return `?${query}`;
}

/**
 * Sets a group's knobs from a query. What cannot be read keeps its fallback and is told.
 *
 * @returns a sentence for each value that was not taken
 */
export function readAddress(query: string, { name, knobs, values }: KnobGroup): string[] {
  const given = new URLSearchParams(query);
  const told: string[] = [];
  for (const [key, knob] of Object.entries(knobs)) {
    const text = given.get(`${name}.${key}`);
    if (text === null) continue;
    const value = knob.parse(text);
    if (value === null)
      told.push(
        `${name}.${key} must be ${knob.rule}, got ${shortened(text)}; ${knob.write(knob.fallback) || "nothing"} is taken`,
      );
    else values[key]!.value = value;
  }
  return told;
}

/** Sentences about a query as a whole: its version, and names that no group has. */
export function unknownIn(query: string, groups: readonly KnobGroup[]): string[] {
  const known = new Set(groups.flatMap(({ name, knobs }) => Object.keys(knobs).map((key) => `${name}.${key}`)));
  const given = new URLSearchParams(query);
  const version = given.get("v");
  const told = [...new Set(given.keys())]
    .filter((key) => key.includes(".") && !known.has(key))
    .map((key) => `nothing is called ${shortened(key)}`);
  if (version !== null && version !== String(schemaVersion)) {
    told.unshift(
      `the address is of version ${shortened(version)}, this page of ${schemaVersion}; what can be read is taken`,
    );
  }
  return told;
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
