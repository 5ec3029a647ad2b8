/** The runs of an experiment of the paper: every method with seeds 1 … k. */
import { z } from "zod";
import { resolveSettings } from "../../settings/resolveSettings.ts";
import type { Settings } from "../../settings/settings.ts";
import { rounded } from "../../statistics/numbers.ts";
import type { ExperimentPlan } from "../experiment.ts";
import { withEachSeed } from "../withEachSeed.ts";
import type { ReproducedMethod, Reproduction } from "./reproduction.ts";
import { type ReproductionName, reproductionNames, reproductionOf } from "./reproductions.ts";

/** Which experiment it is, and how much of its budgets. */
export interface ReproductionDetails {
  readonly name: ReproductionName;
  /** Share of the published budgets that is spent, in (0, 1]; schedules follow the budget. */
  readonly scale: number;
}

/** The rule of the details in the plan's file. */
export const reproductionDetails: z.ZodType<ReproductionDetails> = z.strictObject({
  name: z.enum(reproductionNames),
  scale: z.number().gt(0).max(1),
});

/** What a reproduction is asked for. */
export interface ReproductionRequest extends ReproductionDetails {
  readonly seeds: number;
  readonly threads?: number | undefined;
}

/** The plan: every method with seeds 1 … k. */
export function planReproduction(request: ReproductionRequest): ExperimentPlan<ReproductionDetails> {
  const { name, scale, seeds } = request;
  const reproduction = reproductionOf(name);
  const runs = withEachSeed(seeds, (seed) =>
    reproduction.methods.map((method) => ({
      name: `${method.optimizer}-${seed}`,
      condition: method.optimizer,
      settings: settingsOf(reproduction, method, seed, request),
    })),
  );
  return { kind: "reproduce", runs, details: { name, scale } };
}

function settingsOf(
  { network, data, set }: Reproduction,
  { optimizer, preset, recipe, budget, set: own = [] }: ReproducedMethod,
  seed: number,
  { scale, threads }: ReproductionRequest,
): Settings {
  return resolveSettings({
    ...{ network, data, optimizer, preset, recipe, seed, threads },
    budget: scaledBudget(budget, scale),
    set: [...set, ...own],
  });
}

/** A budget at a scale, without the rounding of the product: 0.07 of 100 epochs is 7. */
export const scaledBudget = (budget: number, scale: number): number => rounded(budget * scale, 12);
