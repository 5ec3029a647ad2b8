// The library alone, on a function of two weights: a sharp well at (-2, 0) and a wide one at (2, 0), equally deep.
// Run it by `npx tsx examples/minimise.ts` (after `npm run build`).
import { entropySgd, geometricScope, outerStep, progress, type Vector } from "entropy-sgd";

const wells = [
  { centre: -2, curvature: 60 },
  { centre: 2, curvature: 3 },
];

/** Gradient of ½ ‖x‖²/10 − Σ exp(−½ h ‖x − c‖²). */
function gradientAt(x: Vector): Vector {
  const [x0 = 0, x1 = 0] = x;
  return x.map((value, axis) =>
    wells.reduce((sum, { centre, curvature }) => {
      const squared = (x0 - centre) ** 2 + x1 ** 2;
      return sum + curvature * (value - (axis === 0 ? centre : 0)) * Math.exp(-0.5 * curvature * squared);
    }, value / 10),
  );
}

const optimizer = entropySgd({ scope: geometricScope(0.05, 1e-2), innerLearningRate: 0.02, noise: 0.5, seed: 7 });
let state = optimizer.init(new Float64Array([-1.9, 0.1]));
for (let step = 0; step < 200; step++) state = outerStep(optimizer, state, gradientAt);
const [x = 0, y = 0] = optimizer.evalPoint(state);
console.log(`after ${progress(state).gradients} gradients: (${x.toFixed(2)}, ${y.toFixed(2)})`);
