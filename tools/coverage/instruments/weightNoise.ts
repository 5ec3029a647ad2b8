import { noiseRise, pacBayesSigma, studentQuantile } from "entropy-sgd/landscape";
import { type Instrument, symmetricInterval } from "../instrument.ts";

const n = 50;
const params = new Float64Array(n);
/** Curvatures 0 … 2: loss ½ Σ hᵢxᵢ², and error ‖x‖²/n. */
const curvatures = Float64Array.from({ length: n }, (_, i) => (2 * i) / (n - 1));
const scoreAt = (x: Float64Array) => ({
  loss: x.reduce((sum, value, i) => sum + 0.5 * curvatures[i]! * value * value, 0),
  error: x.reduce((sum, value) => sum + value * value, 0) / n,
});

/** Rises under noise of the weights, and the noise that they bear. */
export const weightNoise: Instrument = {
  name: "weight-noise",
  title: `Rise of a quadratic of ${n} weights under noise (\`noiseRise\`), and the σ at which the error has risen by 0.1 (\`pacBayesSigma\`)`,
  level: 0.95,
  claim: "about",
  unit: "evaluations",
  cases: [4, 16].flatMap((numDraws) => {
    const quantile = studentQuantile(0.975, numDraws - 1);
    return [
      {
        name: `rise of the loss, σ = 0.1, ${numDraws} draws`,
        truth: 0.5 * 0.01 * n,
        async run(seed: number) {
          const { loss } = await noiseRise(scoreAt, { params, sigma: 0.1, scale: "absolute", numDraws, seed });
          const interval = symmetricInterval(loss.estimate, loss.standardError, quantile);
          return { ...loss, interval, cost: numDraws + 1 };
        },
      },
      {
        name: `σ for a rise of the error by 0.1, ${numDraws} draws`,
        truth: Math.sqrt(0.1),
        async run(seed: number) {
          const found = await pacBayesSigma(scoreAt, { params, numDraws, seed });
          const interval = symmetricInterval(found.sigma, found.standardError, quantile);
          return { estimate: found.sigma, standardError: found.standardError, interval, cost: found.numEvaluations };
        },
      },
    ];
  }),
};
