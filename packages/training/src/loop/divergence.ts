/** The cross-entropy of a guess that gives every class the same probability: log(numClasses). */
export function uniformLoss(numClasses: number): number {
  return Math.log(numClasses);
}

/** Whether a run ended where something was not finite, or at a training loss above a uniform guess's. */
export function hasDiverged({ reason }: { readonly reason: string }): boolean {
  return reason === "non-finite" || reason === "diverged";
}
