/** The figure's paths as a program of the library's functions. */
import { landscapes } from "./landscapes.ts";
import { numGradients, type PathSettings, sgldPeriod } from "./trajectories.ts";

/** A program that prints the end of each optimizer's path, with the loss there. */
export function planeProgram(settings: PathSettings): string {
  const { landscape, start, learningRate, scope, innerSteps, gradientNoise, temperature, radius, seed } = settings;
  const { code } = landscapes[landscape];
  const made = ["gaussianWells", "rosenbrock", "scatteredWells"].filter((name) => code.includes(name)).join(", ");
  return `import { entropySgd, type Optimizer, type Progress, sam, sgd, sgld } from "entropy-sgd";
import { ${made} } from "entropy-sgd/planted";
import { normalInto, randomKey } from "entropy-sgd/random";

const f = ${code};

/** A gradient of f with the noise of a mini-batch; all optimizers see the same batches. */
function run<S extends { readonly progress: Progress }>(name: string, optimizer: Optimizer<S>): void {
  const key = randomKey(${seed}, "gradient-noise");
  const [gradient, noise] = [new Float64Array(2), new Float64Array(2)];
  let state = optimizer.init(Float64Array.of(${start.join(", ")}));
  let batch = 0;
  for (let k = 0; k < ${numGradients}; k++) {
    f.valueAndGradientAt(optimizer.gradientPoint(state), gradient);
    if (optimizer.needsNewBatch?.(state) ?? true) normalInto(noise, { key, stream: 0, step: batch++ });
    for (let i = 0; i < 2; i++) gradient[i]! += ${gradientNoise} * noise[i]!;
    state = optimizer.step(gradient, state);
  }
  const end = optimizer.evalPoint(state);
  console.log(JSON.stringify({ optimizer: name, x: end[0], y: end[1], loss: f.valueAt(end) }));
}

run("sgd", sgd({ learningRate: ${learningRate} }));
run("sgld", sgld({ learningRate: (t) => ${learningRate} / (1 + t / ${sgldPeriod}), annealing: 0, temperature: ${temperature}, seed: ${seed} }));
run(
  "entropy-sgd",
  entropySgd({
    scope: ${scope},
    innerLearningRate: ${learningRate},
    innerSteps: ${innerSteps},
    temperature: ${temperature},
    momentum: 0,
    seed: ${seed},
  }),
);
run("sam", sam({ learningRate: ${learningRate}, radius: ${radius} }));
`;
}
