/** A program of someone who installed `entropy-sgd`. */
import { entropySgd, geometricScope, outerStep, type Vector } from "entropy-sgd";
import { denseHessian, symmetricEigenvalues, symmetricOperator } from "entropy-sgd/landscape";
import { type LangevinSample, langevin } from "entropy-sgd/sampling";

export async function use(): Promise<Record<string, number | readonly number[]>> {
  const optimizer = entropySgd({ scope: geometricScope(1e-2, 1e-3), innerSteps: 20, seed: 7 });
  let state = optimizer.init(new Float32Array(1000).fill(5));
  for (let t = 0; t < 20; t++) state = outerStep(optimizer, state, (x) => x.map((value) => 3 * (value - 2)));
  const weights: Float32Array = optimizer.evalPoint(state);

  const hessian = await denseHessian(symmetricOperator(2, ([a = 0, b = 0]) => Float64Array.of(2 * a + b, a + 2 * b)));
  let squares = 0;
  const observe = ({ point }: LangevinSample): void => {
    squares += point[0]! ** 2;
  };
  const bowl = {
    valueAndGradientAt(x: Vector, gradient: Vector): number {
      gradient.set(x);
      return x[0]! ** 2 / 2;
    },
  };
  await langevin(bowl, new Float64Array(1), { stepSize: 0.1, numSamples: 1000, seed: 1 }, observe);

  return {
    meanWeight: weights.reduce((sum, weight) => sum + weight, 0) / weights.length,
    firstWeights: [...weights.subarray(0, 3)],
    curvatures: [...symmetricEigenvalues(hessian.matrix)],
    variance: squares / 1000,
  };
}
