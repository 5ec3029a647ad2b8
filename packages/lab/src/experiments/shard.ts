/** A part of an experiment's runs, for machines that know nothing of one another. */

/** Part `index` of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The runs of a shard: of every `count` in the order of the plan the one at its place. Each run is in one shard. */
export function runsOfShard<Run>(runs: readonly Run[], shard: Shard | undefined): readonly Run[] {
  return shard === undefined ? runs : runs.filter((_, at) => at % shard.count === shard.index - 1);
}
