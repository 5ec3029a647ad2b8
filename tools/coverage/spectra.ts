/** Operators of known spectrum that the instruments of curvature are tried on. */
import type { SymmetricOperator } from "entropy-sgd/landscape";
import { planted } from "../../packages/entropy-sgd/test/planted.ts";

const n = 120;

/** Spectra of n = 120, by what they are like. */
export const spectra: Readonly<Record<string, Float64Array>> = {
  flat: Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n - 0.3),
  "as of a network": Float64Array.from({ length: n }, (_, i) =>
    i < 10 ? 20 / (i + 1) : i < 50 ? 0.05 * Math.exp(-i / 30) : 1e-5 * i - 0.002,
  ),
  "a power law": Float64Array.from({ length: n }, (_, i) => 1 / (i + 1)),
  "of rank 3": Float64Array.from({ length: n }, (_, i) => (i < 3 ? 1 : 0)),
  "with copies": Float64Array.from({ length: n }, (_, i) => [5, 5, 5, 4, -3, -3, -2][i] ?? Math.sin(i)),
};

/** The operator of a spectrum, with exact products or in float32. */
export function operatorOf(name: string, float32: boolean): SymmetricOperator {
  // So many reflections spread eigenvectors over all elements, as those of a network's large eigenvalues are.
  return planted(spectra[name]!, float32 ? Math.fround : (value) => value, 30);
}
