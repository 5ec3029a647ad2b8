/** The loss of a guess that gives every class the same probability, log of their number: what knowing nothing costs. */
export function uniformLoss(numClasses: number): number {
  return Math.log(numClasses);
}

/** Whether a run ended where something was not finite, or at a training loss above a uniform guess's. */
export function hasDiverged({ reason }: { readonly reason: string }): boolean {
  return reason === "non-finite" || reason === "diverged";
}
