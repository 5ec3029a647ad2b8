/** Whether a run ended where something was not finite, or at a training loss above a guess's. */
export function hasDiverged({ reason }: { readonly reason: string }): boolean {
  return reason === "non-finite" || reason === "diverged";
}
