// A network that PyTorch has trained to tell three kinds of pictures apart learns four other kinds from a few pictures: Entropy-SGD
// trains it on with a new last layer, the first layer frozen. The result is an ONNX model again, for any runtime.
// Run it by `npx tsx examples/fine-tune.ts` (after `npm run build`); with files and folders the command does the same:
// `npx entropy-sgd finetune` and `npx entropy-sgd export`, see docs/fine-tune.md.

import { readFileSync } from "node:fs";
import { entropySgd } from "entropy-sgd";
import { arraySplit, buildSpec, compileNetwork, matches, parameterGroups, train } from "entropy-sgd-training";
import { loadRuntime, nodePlatform } from "entropy-sgd-training/node";
import { networkFromOnnx } from "entropy-sgd-training/onnx";
import { writeOnnx } from "onnx-grad/onnx";

/** Written by PyTorch: examples/models/make_stripes.py. */
const { onnx } = JSON.parse(readFileSync(new URL("models/stripes.json", import.meta.url), "utf8")) as { onnx: string };

/** Pictures of 8×8: class c has a bright stripe, upright this time, in columns 2c and 2c + 1. */
function pictures(numExamples: number, shift: number) {
  const labels = Array.from({ length: numExamples }, (_, i) => i % 4);
  const inputs = Float32Array.from({ length: 64 * numExamples }, (_, i) => {
    const noise = ((i + 1) * 0.7548776662 + shift) % 1;
    return noise - 0.5 + (Math.floor((i % 8) / 2) === labels[Math.floor(i / 64)] ? 1 : 0);
  });
  return arraySplit({ inputs, labels, inputShape: [1, 8, 8], numClasses: 4 });
}

const data = { name: "upright", train: pictures(48, 0), validation: pictures(40, 0.3), test: pictures(200, 0.6) };
const freeze = ["features.0.*", "features.1.*"];
const { spec, notes } = networkFromOnnx(Buffer.from(onnx, "base64"), {
  name: "stripes.onnx",
  inputShape: [1, 8, 8],
  outputShape: [4],
  newHead: true,
  isFrozen: (name) => matches(freeze, name),
});
for (const note of notes) console.log(note);

const model = await compileNetwork(spec, {
  platform: nodePlatform,
  batchSize: 16,
  isFrozen: (name) => matches(freeze, name),
});
const patterns = { freeze, learningRateFactor: { "head.*": 3 } };
const groups = parameterGroups(model.layout, patterns, { ofInnerLoop: true });
const optimizer = entropySgd({ innerLearningRate: 0.1, innerSteps: 10, scope: 1e-3, groups, seed: 1 });
let [weights, statistics] = [model.initialParams(1), {} as Readonly<Record<string, Float32Array>>];
const checkpoints = { gradients: null, minutes: null, best: 1 };
for await (const event of train(model, data, optimizer, { budget: 40, checkpoints })) {
  if (event.type === "checkpoint" && event.reason === "best") {
    weights = event.snapshot.params.slice();
    statistics = structuredClone(event.snapshot.statistics);
  }
}
const still = model.initialParams(1);
const moved = model.layout.filter(({ offset }) => weights[offset] !== still[offset]).map(({ name }) => name);
console.log(`moved: ${moved.join(", ")}`);
for (const [name, values] of Object.entries(model.statistics)) values.set(statistics[name]!);
const { metrics } = await model.evaluate(weights, data.test);
console.log(`test error ${(100 * metrics.error!).toFixed(1)} %`);
await model.close();

const bytes = writeOnnx((batch) => buildSpec(spec, { mode: "evaluation", batch }), weights, { statistics });

// The exported model in plain ONNX Runtime.
const { InferenceSession, Tensor } = await loadRuntime();
const session = await InferenceSession.create(bytes);
const inputs = new Float32Array(64 * data.test.numExamples);
for (let i = 0; i < data.test.numExamples; i++) data.test.readExampleInto(inputs, 64 * i, i);
const { logits } = await session.run({ inputs: new Tensor("float32", inputs, [data.test.numExamples, 1, 8, 8]) });
const scores = logits!.data as Float32Array;
let numWrong = 0;
for (let i = 0; i < data.test.numExamples; i++) {
  const row = scores.subarray(4 * i, 4 * i + 4);
  if (row.indexOf(Math.max(...row)) !== data.test.labelOf(i)) numWrong++;
}
console.log(`in ONNX Runtime ${((100 * numWrong) / data.test.numExamples).toFixed(1)} %, ${bytes.length} bytes`);
