/** Networks of a user's own, from a file to a run that trains, resumes and is measured without that file. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../onnx-grad/src/onnx/modelProto.ts";
import { decodeSafetensors } from "../src/io/safetensors.ts";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";

const folder = join(root, "own");
const module = join(folder, "net.ts");
const model = join(folder, "linear.onnx");

/** 784-10 as one matrix product, whose weights lie in a file beside the model. */
const numWeights = 784 * 10;
const weights = Float32Array.from({ length: numWeights }, (_, i) => Math.sin(i + 1) / 30);

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(join(folder, "width.ts"), "export const width: number = 8;\n");
  writeFileSync(
    module,
    `import { lossTask, type NetworkSpec } from "entropy-sgd-training";
import { oneHot, relu, reduceMean, mul, sub } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import { width } from "./width.ts";

export const task = lossTask({
  name: "squared",
  loss: (y, labels) => { const e = sub(y, oneHot(labels, 10)); return reduceMean(mul(e, e)); },
  targetsOf: () => ({ dtype: "int32", shape: [], numClasses: 10 }),
});
export default ({ inputShape, outputShape }: { inputShape: number[]; outputShape: number[] }): Partial<NetworkSpec> => ({
  inputShape,
  outputShape,
  define: () => (context, x) =>
    layers.dense(context, "out", relu(layers.dense(context, "hidden", layers.flatten(x), width)), outputShape[0]!),
});
`,
  );
});

const train = (network: string, out: string, ...more: string[]) =>
  run([
    ...["train", "--network", network, "--data", dataFolder(), "--optimizer", "sgd", "--budget", "1", "--out", out],
    ...["--set", "validation=100", "--set", "batchSize=50", ...more],
  ]);

const bytesOf = (out: string): Buffer => readFileSync(join(out, "weights.safetensors"));

describe("a module", () => {
  test("trains with its own loss; its run is complete without the module", async () => {
    const [whole, parts] = [freshOut(), freshOut()];
    expect(await train(module, whole, "--json")).toMatchObject({ code: 0 });
    const { network, networkFile, task } = JSON.parse(readFileSync(join(whole, "config.json"), "utf8"));
    expect({ network, networkFile, task }).toEqual({ network: "net.ts", networkFile: module, task: null });
    const stopped = await train(module, parts, "--set", "checkpointGradients=5", "--max-minutes", "1e-9");
    expect(stopped.code).toBe(124);
    renameSync(folder, `${folder}-gone`);
    try {
      expect(await run(["resume", parts])).toMatchObject({ code: 0 });
      expect(bytesOf(parts)).toEqual(bytesOf(whole));
      const measured = await run(["spectrum", whole, "--examples", "100", "--steps", "4", "--probes", "2", "--json"]);
      expect(measured).toMatchObject({ code: 0 });
      expect(await run(["runs", "show", whole])).toMatchObject({ code: 0, stdout: expect.stringContaining("squared") });
    } finally {
      renameSync(`${folder}-gone`, folder);
    }
  });

  test("is refused where its copy has changed, and never executed by a report", async () => {
    const out = freshOut();
    await train(module, out);
    appendFileSync(join(out, "network", "network.mjs"), 'throw new Error("executed");\n');
    const changed = expect.stringContaining("network.mjs: the network must be the one the run began with, SHA-256 ");
    expect(await run(["spectrum", out])).toMatchObject({ code: 2, stderr: changed });
    expect(await run(["report", out, "--out", `${out}.html`])).toMatchObject({ code: 0 });
    expect(await run(["runs", "show", out])).toMatchObject({ code: 0 });
  });

  test.each([
    ["export default 3;", /default: its default export must be \{ inputShape, outputShape, define \}.*got 3/],
    ["export const task = {};", /default: its default export must be/],
    ["export default () => { throw new Error('no'); };", /its default export failed \(Error: no\)/],
    ["throw new RangeError('early');", /RangeError: early/],
    ["export default {", /bad\.mjs:1:17: /],
    ['import "./nowhere.mjs"; export default 1;', /bad\.mjs:1:8: Could not resolve/],
    [
      "const n = { inputShape: [1], outputShape: [1], define() {} };\nexport { n as default };\nexport const task = 4;",
      /task: its export task/,
    ],
  ])("that is wrong is told in one line (%#)", async (text, message) => {
    const bad = join(folder, "bad.mjs");
    const out = freshOut();
    writeFileSync(bad, text);
    const { code, stderr } = await train(bad, out);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });
});

describe("an ONNX model", () => {
  /** The model, its weights in the file `location` beside it. */
  function modelBytes(inputs: number, location: string): Uint8Array {
    const tensorOf = (name: string, sizes: readonly (string | number)[]) => {
      const dim = sizes.map((size) => (typeof size === "string" ? { dimParam: size } : { dimValue: size }));
      return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
    };
    const externalData = [{ key: "location", value: location }];
    return encodeModel({
      irVersion: 8,
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "linear",
        node: [
          { opType: "MatMul", input: ["x", "w"], output: ["y"] },
          { opType: "Softmax", input: ["y"], output: ["p"] },
        ],
        initializer: [{ name: "w", dims: [inputs, 10], dataType: 1, externalData, dataLocation: 1 }],
        input: [tensorOf("x", ["batch", inputs])],
        output: [tensorOf("p", ["batch", 10])],
      },
    });
  }

  test("trains from its own weights, without the activation that the loss applies itself", async () => {
    writeFileSync(model, modelBytes(784, "w.bin"));
    writeFileSync(join(folder, "w.bin"), weights);
    const [still, out] = [freshOut(), freshOut()];
    // Steps of 1e-30 leave the weights where they began.
    const { code, stderr } = await train(model, still, "--set", "learningRate=1e-30");
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Softmax "p", is left out') });
    expect(await train(model, out)).toMatchObject({ code: 0 });
    const { tensors } = decodeSafetensors(bytesOf(still), "weights");
    expect(tensors.map(({ name, shape }) => ({ name, shape }))).toEqual([{ name: "w", shape: [784, 10] }]);
    expect(tensors[0]!.data).toEqual(weights);
    rmSync(model);
    rmSync(join(folder, "w.bin"));
    const measured = await run(["slice", out, "--examples", "50", "--points", "3", "--grid", "2", "--json"]);
    expect(measured).toMatchObject({ code: 0 });
  });

  test("must fit the data, lie in its folder and be one", async () => {
    writeFileSync(join(folder, "w.bin"), new Float32Array(70));
    writeFileSync(model, modelBytes(7, "w.bin"));
    expect(await train(model, freshOut())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/linear\.onnx: input: must be of examples of 1×28×28/),
    });
    writeFileSync(join(root, "w.bin"), weights);
    writeFileSync(model, modelBytes(784, "../w.bin"));
    expect(await train(model, freshOut())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /linear\.onnx: its tensors must lie in files of its own folder, got "\.\.\/w\.bin"/,
      ),
    });
    writeFileSync(model, "no model");
    expect(await train(model, freshOut())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/linear\.onnx: readOnnx: the bytes are no ONNX model/),
    });
    expect(await train(join(folder, "none.onnx"), freshOut())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/none\.onnx: missing/),
    });
  });
});
