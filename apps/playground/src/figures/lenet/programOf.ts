/** The figure's runs as a program for Node. */
import { batchSize, dropout, innerSteps, type OptimizerName, planFor, type RunSettings } from "./recipe.ts";

/** A program that trains the same: the same weights, batches, masks and noise. */
export function programOf(runs: readonly RunSettings[]): string {
  const { images, budget, seed } = runs[0]!;
  const { totalGradients, gradientsPerEpoch } = planFor({ images, budget });
  const optimizers: Readonly<Record<OptimizerName, string>> = {
    "entropy-sgd": `entropySgd({
    learningRate: falling(1, totalGradients / innerSteps),
    innerLearningRate: 0.1,
    innerSteps,
    // γ ends where it does in the published experiment.
    scope: geometricScope(1e-4, 1.001 ** ((5 * ${gradientsPerEpoch} * innerSteps) / totalGradients) - 1),
    noise: 1e-4,
    seed,
  })`,
    sgd: "sgd({ learningRate: falling(0.1, totalGradients), momentum: 0.9, nesterov: true })",
  };
  const names = runs.map(({ optimizer }) => optimizer);
  return `import { ${[...names.map((name) => ({ "entropy-sgd": "entropySgd, geometricScope", sgd: "sgd" })[name]), "stepSchedule"].join(", ")} } from "entropy-sgd";
import { compileNetwork, networks, subset, train } from "entropy-sgd-training";
import { loadMnist, nodePlatform } from "entropy-sgd-training/node";

const [seed, innerSteps, totalGradients] = [${seed}, ${innerSteps}, ${totalGradients}];
const falling = (initial: number, steps: number) => stepSchedule({ initial, factor: 0.1, at: [0.4 * steps] });
const optimizers = {
${names.map((name) => `  "${name}": ${optimizers[name]},`).join("\n")}
};
const mnist = loadMnist();
const first = Int32Array.from({ length: ${images} }, (_, i) => i);
const data = { ...mnist, train: subset(mnist.train, first), validation: subset(mnist.validation, new Int32Array(0)) };
for (const [name, optimizer] of Object.entries(optimizers)) {
  const model = await compileNetwork(networks.lenet!, { platform: nodePlatform, batchSize: ${batchSize}, dropout: ${dropout} });
  for await (const event of train(model, data, optimizer, { budget: ${budget}, seed, boundaryEvery: innerSteps })) {
    if (event.type === "outer") console.log(name, event.gradients, event.batchLoss);
    if (event.type === "evaluation") console.log(name, "test error", event.testError);
  }
  await model.close();
}
`;
}
