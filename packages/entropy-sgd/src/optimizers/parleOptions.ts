/**
 * The options of Parle, with rules and sources.
 *
 * @see Chaudhari, Baldassi, Zecchina, Soatto, Talwalkar, Oberman 2017, "Parle: parallelizing stochastic gradient
 *   descent" (arXiv:1707.00424)
 */
import { clipByGlobalNorm } from "../directions/clipByGlobalNorm.ts";
import { uncheckedMomentum } from "../directions/momentum.ts";
import { integerOption, numberOption, type OptionTable } from "../options.ts";
import type { ScalarOrSchedule } from "../types.ts";
import { entropySgdDefaults, entropySgdTable } from "./entropySgd.ts";
import { type LocalEntropyOptions, localEntropyDefaults, localEntropyTable } from "./localEntropyOptions.ts";
import { type LocalEntropyParts, localEntropyParts } from "./localEntropySteps.ts";
import type { SavedOptions } from "./savedOptions.ts";

/** Options that `parle` and `parleReplica` share. */
export interface ParleSharedOptions extends LocalEntropyOptions {
  /** ρ, the pull to the mean of the replicas, where that to the own μ is 1; a schedule counts outer steps. Default 1. */
  readonly coupling?: ScalarOrSchedule;
  /** m of the inner Nesterov momentum, zeroed at each outer step. Default 0.9. */
  readonly momentum?: number;
  /** Nesterov momentum of the outer step; its buffer persists. Default 0. */
  readonly outerMomentum?: number;
  /** Largest norm of the mini-batch gradient. Default null: no clipping. */
  readonly clipNorm?: number | null;
}

/** Options of `parle`. */
export interface ParleOptions extends ParleSharedOptions {
  /** n. Default 3. */
  readonly replicas?: number;
}

/** Options of `parleReplica`. */
export interface ParleReplicaOptions extends ParleSharedOptions {
  /** Which of the replicas it is, counted from 0: their noise differs. Default 0. */
  readonly replica?: number;
}

const sharedDefaults = {
  ...localEntropyDefaults,
  learningRate: 0.5, // η(1 + ρ) = 1: x goes to the middle of μ and the mean, as η = 1 goes to μ without a coupling
  coupling: 1, // no other ratio of the two pulls is better founded
  momentum: entropySgdDefaults.momentum,
  outerMomentum: entropySgdDefaults.outerMomentum,
  clipNorm: entropySgdDefaults.clipNorm,
} as const;

/** Defaults of `parle`; see `entropySgdDefaults` for the sources of the common ones. */
export const parleDefaults: Required<Omit<ParleOptions, "scope">> = { ...sharedDefaults, replicas: 3 };

/** Defaults of `parleReplica`. */
export const parleReplicaDefaults: Required<Omit<ParleReplicaOptions, "scope">> = { ...sharedDefaults, replica: 0 };

const sharedTable: OptionTable<ParleSharedOptions> = {
  ...localEntropyTable,
  learningRate: numberOption(
    "(0, ∞)",
    "Outer rate η of x ← x − η[(x − μ) + ρ(x − mean)]; a schedule counts outer steps from 0. The mean moves by η(1 + ρ): above 2 it diverges.",
    {
      schedule: true,
      source: "0.5 with ρ = 1 goes to the middle of μ and the mean, as η = 1 of Entropy-SGD goes to μ",
    },
  ),
  coupling: numberOption(
    "[0, ∞)",
    "Pull ρ of the outer step to the mean of the replicas, where that to μ is 1; a schedule counts outer steps from 0.",
    { schedule: true, source: "Chaudhari et al. 2017 (Parle), equation of the outer step; 1: both pulls alike" },
  ),
  momentum: entropySgdTable.momentum,
  outerMomentum: entropySgdTable.outerMomentum,
  clipNorm: entropySgdTable.clipNorm,
};

/** The rules of `parle`. */
export const parleTable: OptionTable<ParleOptions> = {
  ...sharedTable,
  replicas: integerOption("[1, ∞)", "Replicas n, which take turns; each has vectors of its own.", {
    source: "Chaudhari et al. 2017 (Parle), section 4: 3 to 8",
  }),
};

/** The rules of `parleReplica`. */
export const parleReplicaTable: OptionTable<ParleReplicaOptions> = {
  ...sharedTable,
  replica: integerOption("[0, ∞)", "Which of the replicas it is, from 0: their noise differs.", {
    source: "the noise of replica 0 is that of one Entropy-SGD",
  }),
};

/** The steps of one replica. Replica 0 draws the noise of `entropySgd`. */
export function replicaParts(
  where: string,
  options: Required<ParleSharedOptions>,
  saved: SavedOptions,
  replica: number,
): LocalEntropyParts {
  const { momentum, outerMomentum, clipNorm } = options;
  const mover = uncheckedMomentum({ momentum, nesterov: true });
  const inner = clipNorm === null ? mover : clipByGlobalNorm(clipNorm, mover);
  const outer = uncheckedMomentum({ momentum: outerMomentum, nesterov: true });
  const path = replica === 0 ? [] : ["replica", replica];
  return localEntropyParts(where, { ...options, inner, outer }, saved, path);
}
