import { readFileSync } from "node:fs";
import { recipeOf } from "entropy-sgd-lab";
import { expect, test } from "vitest";
import { networkNames, optimizerNames, searchRates, usualPreset } from "./searches.mjs";

interface Run {
  readonly settings: Readonly<Record<string, unknown>> & { readonly options: Readonly<Record<string, unknown>> };
  readonly validationError: number | null;
}

const { runs } = JSON.parse(readFileSync(new URL("../../docs/results/rates.json", import.meta.url), "utf8")) as {
  runs: readonly Run[];
};

/** The validation error of a run that was measured; the search cannot go on without one that was not. */
const errorOf = async (network: string, optimizer: string, options: Record<string, number>, seed: number) => {
  const preset = usualPreset(optimizer);
  const found = runs.find(
    ({ settings }) =>
      Object.entries({ network, optimizer, preset, seed }).every(([name, value]) => settings[name] === value) &&
      Object.entries(options).every(([name, value]) => settings.options[name] === value),
  );
  if (found === undefined) throw new Error("not measured");
  return found.validationError ?? 1;
};

const cases: [string, Parameters<typeof recipeOf>[1]][] = networkNames.flatMap((network: string) =>
  optimizerNames.map((optimizer: Parameters<typeof recipeOf>[1]) => [network, optimizer] as const),
);

test.each(cases)("%s, %s: the tuned recipe has the rates that the evidence gives", async (network, optimizer) => {
  const { options, evidence } = recipeOf(network, optimizer);
  const chosen = await searchRates(network, optimizer, errorOf);
  expect({ ...options, ...chosen, evidence: "docs/results/rates.md" }).toEqual({ ...options, evidence });
});
