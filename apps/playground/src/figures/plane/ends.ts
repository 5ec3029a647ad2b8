/** Where the paths end, in words. */
import { type LandscapeName, landscapes } from "./landscapes.ts";
import { numGradients, type OptimizerName, optimizerNames, type PathSettings, pathOf } from "./trajectories.ts";

/** The name of the minimum that a point is near; null where there is none. */
export function placeOf(landscape: LandscapeName, x: number, y: number): string | null {
  const near = landscapes[landscape].places.find(({ at, reach }) => Math.hypot(at[0] - x, at[1] - y) < reach);
  return near?.name ?? null;
}

/** How often each optimizer ended at each place. */
export interface EndCounts {
  readonly numSeeds: number;
  readonly counts: Readonly<Record<OptimizerName, Readonly<Record<string, number>>>>;
}

/** The ends of all optimizers' paths. */
export function endCounts(settings: PathSettings, numSeeds: number): EndCounts {
  const counted = optimizerNames.map((name) => [name, endsOf(name, settings, numSeeds)] as const);
  return { numSeeds, counts: Object.fromEntries(counted) as EndCounts["counts"] };
}

/** How often an optimizer ended at each place, with `numSeeds` seeds from the settings' one on. */
export function endsOf(name: OptimizerName, settings: PathSettings, numSeeds: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let k = 0; k < numSeeds; k++) {
    const { xs, ys } = pathOf(name, { ...settings, seed: settings.seed + k });
    const place = placeOf(settings.landscape, xs[numGradients]!, ys[numGradients]!);
    if (place !== null) counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}
