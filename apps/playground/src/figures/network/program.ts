/** The figure's training as a program of the reader's own. */
import { numDigits } from "./digits.ts";
import type { NetworkSettings } from "./knobs.ts";
import {
  batchSize,
  boundaryOf,
  numPoints,
  type OptimizerName,
  optimizerNames,
  optimizerTitles,
  type PlainData,
} from "./setUp.ts";

/** A program that trains the same runs and prints the same final losses. */
export function programOf(settings: NetworkSettings, given: PlainData | null): string {
  const { activation, hidden, budget, seed, seeds } = settings;
  const isImage = settings.data === "digits";
  const numClasses = isImage ? 10 : (given?.classes.length ?? 2);
  const { imports, node = "", lines, numExamples } = dataLines(settings, given);
  const names = optimizerNames(settings);
  const functions = [
    ...new Set(names.flatMap((name) => (name === "entropy-sgd" ? ["entropySgd", "presets"] : [name]))),
  ];
  const boundary = boundaryOf(settings);
  const total = boundary * Math.ceil(budget / boundary);
  const size = Math.min(batchSize, numExamples);
  const first = `${activation}(dense(context, "fc1", flatten(inputs), ${hidden}))`;
  const last = isImage ? `"fc2", ${first}` : `"fc3", ${activation}(dense(context, "fc2", ${first}, ${hidden}))`;
  const used = ["compileNetwork", "interpreterPlatform", "type NetworkSpec", "subset", "train", ...imports];
  return `import { type AnyState, ${functions.sort().join(", ")}, type Optimizer } from "entropy-sgd";
import { ${used.join(", ")} } from "entropy-sgd-training";
${node}import { ${activation} } from "onnx-grad";
import { layers } from "onnx-grad/layers";

const { dense, flatten } = layers;
const spec: NetworkSpec = {
  name: "small",
  inputShape: ${isImage ? "[1, 7, 7]" : "[2]"},
  outputShape: [${numClasses}],
  define: () => (context, inputs) => dense(context, ${last}, ${numClasses}),
};
${lines}
const data = { name: "${settings.data}", train: training, validation: subset(heldOut, new Int32Array(0)), test: heldOut };

async function run<S extends AnyState>(name: string, seed: number, optimizer: Optimizer<S>): Promise<void> {
  const model = await compileNetwork(spec, { platform: interpreterPlatform, batchSize: ${size} });
  // ${total} gradients.
  const options = { budget: ${total} / Math.floor(training.numExamples / ${size}), seed, boundaryEvery: ${boundary} };
  let heldOutLoss = Number.NaN;
  for await (const event of train(model, data, optimizer, options)) {
    if (event.type === "evaluation") heldOutLoss = event.testLoss;
    if (event.type === "end") console.log(name, seed, event.result.trainLoss, heldOutLoss);
  }
  await model.close();
}

for (let seed = ${seed}; seed < ${seed + seeds}; seed++) {
${names.map((name) => `  await run("${optimizerTitles[name]}", seed, ${optimizerCode(name, settings)});`).join("\n")}
}
`;
}

function optimizerCode(
  name: OptimizerName,
  { rate, innerRate, innerSteps, gamma, epsilon, adamRate }: NetworkSettings,
): string {
  const descent = `{ learningRate: ${rate}, momentum: 0.9, nesterov: true }`;
  const rates = `innerLearningRate: ${innerRate}, innerSteps: ${innerSteps}, scope: ${gamma}, noise: ${epsilon}`;
  const code: Readonly<Record<OptimizerName, string>> = {
    sgd: `sgd(${descent})`,
    sam: `sam(${descent})`,
    adam: `adam({ learningRate: ${adamRate} })`,
    "entropy-sgd": `entropySgd({ ...presets.lua, ${rates}, seed })`,
  };
  return code[name];
}

interface DataLines {
  /** Names of entropy-sgd-training. */
  readonly imports: readonly string[];
  readonly node?: string;
  /** Make `training` and `heldOut`. */
  readonly lines: string;
  readonly numExamples: number;
}

function dataLines({ data, noise, seed }: NetworkSettings, given: PlainData | null): DataLines {
  if (data === "digits") {
    return {
      imports: ["pooled", "type Split"],
      node: `import { loadMnist } from "entropy-sgd-training/node";\n`,
      lines: `const firstOf = (split: Split) => subset(split, Int32Array.from({ length: ${numDigits} }, (_, i) => i));
const mnist = pooled(loadMnist());
const [training, heldOut] = [firstOf(mnist.train), firstOf(mnist.test)];`,
      numExamples: numDigits,
    };
  }
  if (data === "own" && given !== null) {
    const split = ({ inputs, labels }: PlainData["train"]): string =>
      `split([${[...inputs].join(", ")}], [${[...labels].join(", ")}])`;
    return {
      imports: ["arraySplit"],
      lines: `const split = (inputs: number[], labels: number[]) =>
  arraySplit({ inputs: Float32Array.from(inputs), labels, inputShape: [2], numClasses: ${given.classes.length} });
const training = ${split(given.train)};
const heldOut = ${split(given.test)};`,
      numExamples: given.train.labels.length,
    };
  }
  const make = data === "spirals" ? "spirals" : "twoMoons";
  return {
    imports: [make],
    lines: `const points = (seed: number) => ${make}({ numExamples: ${numPoints}, noise: ${noise}, seed });
const [training, heldOut] = [points(${2 * seed}), points(${2 * seed + 1})];`,
    numExamples: numPoints,
  };
}
