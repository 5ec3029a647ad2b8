/** Where the paths end, in words. */
import { type LandscapeName, landscapes } from "./landscapes.ts";
import { numGradients, type OptimizerName, optimizerNames, type PathSettings, pathsOf } from "./trajectories.ts";

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

/** The ends of the paths of `numSeeds` seeds, from the settings' one on. */
export function endCounts(settings: PathSettings, numSeeds: number): EndCounts {
  const counts = Object.fromEntries(optimizerNames.map((name) => [name, {}])) as Record<
    OptimizerName,
    Record<string, number>
  >;
  for (let k = 0; k < numSeeds; k++) {
    const paths = pathsOf({ ...settings, seed: settings.seed + k });
    for (const name of optimizerNames) {
      const { xs, ys } = paths[name];
      const place = placeOf(settings.landscape, xs[numGradients]!, ys[numGradients]!);
      if (place !== null) counts[name][place] = (counts[name][place] ?? 0) + 1;
    }
  }
  return { numSeeds, counts };
}
