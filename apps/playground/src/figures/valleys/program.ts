/** The figure as a program that a reader runs: it prints where the minima are. */
import { drawnRange, type LandscapeChoice, numControlPoints, numPoints } from "./landscape.ts";

/** TypeScript that needs the package `entropy-sgd` alone. */
export function programOf({ seed, drawn }: LandscapeChoice, gamma: number): string {
  return `import { gridLocalEntropy } from "entropy-sgd/landscape";
${drawn === null ? 'import { roughValleys } from "entropy-sgd/planted";' : 'import { gridFunction } from "entropy-sgd/planted";'}

const loss = ${drawn === null ? `roughValleys(${seed});` : drawnLoss(drawn)}
// −F at every point, by summing over the grid: −log Σ exp(−f(x') − (γ/2)(x − x')²).
const smoothed = gridLocalEntropy(loss, { scope: ${gamma} });
const argmin = (values: Float64Array) => values.indexOf(Math.min(...values));
console.log("minimum of the loss at", argmin(loss));
console.log("minimum of −F at", argmin(smoothed));
`;
}

function drawnLoss(drawn: Float64Array): string {
  const [low, high] = drawnRange;
  const bytes = [...drawn].map((height) => Math.round(255 * height)).join(", ");
  return `drawn([${bytes}]);

/** A landscape of ${numPoints} points through ${numControlPoints} heights, in 255ths. */
function drawn(heights: number[]): Float64Array {
  const curve = gridFunction(heights.map((height) => height / 255));
  const at = (x: number) => curve.valueAt((x / ${numPoints - 1}) * ${numControlPoints - 1});
  return Float64Array.from({ length: ${numPoints} }, (_, x) => ${low} + ${high - low} * at(x));
}
`;
}
