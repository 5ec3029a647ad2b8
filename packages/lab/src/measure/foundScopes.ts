/** Which scope gives a share, from sweeps. */
import { type GeometricSpread, geometricSpread } from "../statistics/spread.ts";
import type { ScopeShare, ScopeSweep } from "./searchScope.ts";

/** The scope of a share over the sweeps that cross it. */
export interface FoundScope extends GeometricSpread {
  readonly share: number;
}

/** What a search has found. */
export interface FoundScopes {
  /** The γ at which ‖γ(x − μ)‖ is a share of ‖∇f‖. */
  readonly force: readonly FoundScope[];
  /** The γ that holds ‖x' − x‖ at a share of ‖x‖. */
  readonly distance: readonly FoundScope[];
  /** loss / (½‖x' − x‖²) without force, at the first scope of each sweep. */
  readonly focusing: GeometricSpread;
}

/** The scopes of the shares, over all sweeps. */
export function foundScopes(
  sweeps: readonly ScopeSweep[],
  shares: Readonly<Record<ScopeShare, readonly number[]>>,
): FoundScopes {
  const found = (of: ScopeShare): FoundScope[] =>
    shares[of].map((share) => ({ share, ...geometricSpread(sweeps.map((sweep) => scopeOfShare(sweep, of, share))) }));
  const focusing = geometricSpread(sweeps.map(({ points }) => points[0]!.focusing));
  return { force: found("force"), distance: found("distance"), focusing };
}

/**
 * The scope at which a sweep crosses a share for the first time, between two scopes by the logarithms: the force's share rises with the
 * scope, the distance's falls. null where it does not cross it within the range.
 */
export function scopeOfShare({ points }: ScopeSweep, of: ScopeShare, share: number): number | null {
  const sign = of === "force" ? 1 : -1;
  const above = points.map((point) => sign * Math.log(point[of] / share));
  const at = above.findIndex((value, i) => i > 0 && value >= 0 && above[i - 1]! < 0);
  if (at < 0 || above[0]! >= 0) return null;
  const [low, high] = [points[at - 1]!.scope, points[at]!.scope];
  const fraction = -above[at - 1]! / (above[at]! - above[at - 1]!);
  return low * (high / low) ** fraction;
}
