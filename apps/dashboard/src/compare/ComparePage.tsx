/** Runs beside one another. */
export function ComparePage() {
  return null;
}
