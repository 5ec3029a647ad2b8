/** The loss of a network as a function of its weights over fixed examples: what the instruments measure. */
import { hessianOperator, type SymmetricOperator, type Vector } from "entropy-sgd";
import {
  buildNetwork,
  compile,
  gradients,
  hvp,
  input,
  type Network,
  type NoiseEntry,
  type NoiseInput,
  type OnnxRuntime,
  optimise,
  type Program,
  sizeOf,
  softmaxCrossEntropy,
  type Value,
  withActivationNoise,
} from "onnx-grad";
import * as ort from "onnxruntime-node";
import type { Split } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { bindParameters } from "../model/bindParameters.ts";
import { scoreLogits } from "../model/evaluation.ts";
import type { NetworkSpec } from "../networks/networks.ts";

/** Options of `lossLandscape`. */
export interface LossLandscapeOptions {
  /** Examples of the split, from the first on; all when absent. */
  readonly numExamples?: number;
  /** Examples per pass. Default 128: what a batch leaves behind then stays in the cache. */
  readonly batchSize?: number;
  /** Batch-norm statistics by name, fixed; networks without batch norm have none. */
  readonly statistics?: Readonly<Record<string, Float32Array>>;
  readonly threads?: number;
}

/** Mean loss and share of wrong answers at a point. */
export interface LossAndError {
  readonly loss: number;
  readonly error: number;
}

/** What may be disturbed in a forward pass; batches are numbered from 0. */
export interface Disturbance {
  /** The weights that a batch sees, from those that are measured. */
  weights?(x: Float32Array, batch: number): Float32Array;
  /** Overwrites a copy of a batch's inputs, shape (count, ...inputShape). */
  inputs?(examples: Float32Array, batch: number): void;
  /** Fills the noise behind each activation. */
  readonly activations?: {
    readonly entry: NoiseEntry;
    fill(noise: Float32Array, layer: number, batch: number): void;
  };
}

/**
 * f in evaluation mode (fixed statistics, no dropout) over fixed examples: deterministic.
 *
 * Means are over examples; a short last batch is weighted by its size. Points are read as float32.
 */
export interface LossLandscape {
  readonly dimension: number;
  readonly numExamples: number;
  /** One forward pass over the examples. */
  lossAt(x: Vector): Promise<LossAndError>;
  /** The scores of each batch by itself, the last one perhaps of fewer examples; one forward pass. */
  batchScores(x: Vector, disturbance?: Disturbance): Promise<LossAndError[]>;
  /** f and ∇f; one forward and backward pass. A new vector. What samplers take as energy. */
  lossAndGradientAt(x: Vector): Promise<{ readonly energy: number; readonly gradient: Float64Array }>;
  /** v ↦ ∇²f(x)·v, exact up to float32; each product costs about two gradients. */
  hessianAt(x: Vector): SymmetricOperator;
  close(): Promise<void>;
}

/** The graph outputs of one kind of question. */
type Kind = "loss" | "gradient" | "product" | NoiseEntry;

/** A compiled pass over one batch size. */
interface Pass {
  readonly program: Program;
  readonly outputs: readonly Float32Array[];
  /** What enters behind the activations, in the kinds of pass that have it. */
  readonly noise: readonly Float32Array[];
  bindParams(x: Float32Array): void;
  bindDirection(v: Float32Array): void;
}

/**
 * Makes the landscape of a network over the first examples of a split. Programs are compiled at first use.
 *
 * Memory: the examples as float32 and one result per kind; nothing of the size of the Hessian.
 * @throws InputError if there are fewer examples, or statistics are missing
 */
export function lossLandscape(spec: NetworkSpec, split: Split, options: LossLandscapeOptions = {}): LossLandscape {
  const { numExamples = split.numExamples, batchSize = 128, statistics = {}, threads } = options;
  if (!Number.isInteger(numExamples) || numExamples < 1 || numExamples > split.numExamples) {
    throw new InputError(`examples: must be an integer from 1 to ${split.numExamples}, got ${numExamples}`);
  }
  const settings = { ort: ort as unknown as OnnxRuntime, ...(threads === undefined ? {} : { threads }) };
  const exampleSize = sizeOf(spec.inputShape);
  const inputs = new Float32Array(numExamples * exampleSize);
  const labels = new Int32Array(numExamples);
  for (let i = 0; i < numExamples; i++) {
    split.readExampleInto(inputs, i * exampleSize, i);
    labels[i] = split.labelOf(i);
  }
  const build = (batch: number): Network => buildNetwork(spec.define(0), [batch, ...spec.inputShape], "evaluation");
  const { numParams, runningStatistics } = build(1);
  for (const { name } of runningStatistics) {
    if (statistics[`${name}.mean`] !== undefined && statistics[`${name}.variance`] !== undefined) continue;
    throw new InputError(`${spec.name}: the weights must come with batch-norm statistics, ${name} has none`);
  }

  const passes = new Map<string, Promise<Pass>>();
  const passOf = (kind: Kind, batch: number): Promise<Pass> => {
    const key = `${kind} ${batch}`;
    const pass = passes.get(key) ?? compilePass(kind, build(batch), batch);
    passes.set(key, pass);
    return pass;
  };

  async function compilePass(kind: Kind, network: Network, batch: number): Promise<Pass> {
    const weights = network.parameters.map(({ value }) => value);
    const directions = network.parameters.map(({ block }) => input(`${block.name}.direction`, block.shape));
    const loss = softmaxCrossEntropy(network.logits, input("labels", [batch], "int32"));
    const noisy = kind === "added" || kind === "multiplied" ? withActivationNoise([network.logits], kind) : null;
    const values: Record<Kind, () => Value[]> = {
      loss: () => [network.logits],
      added: () => noisy!.outputs,
      multiplied: () => noisy!.outputs,
      gradient: () => [...gradients(loss, weights), loss],
      product: () => hvp(loss, weights, directions),
    };
    const optimised = optimise(values[kind]());
    const program = await compile(Object.fromEntries(optimised.map((value, i) => [`y${i}`, value])), settings);
    const bind = (name: string, data: Float32Array): void => {
      if (program.inputs[name] !== undefined) program.bindInput(name, data);
    };
    for (const [name, data] of Object.entries(statistics)) bind(name, data);
    const outputs = optimised.map((value, i) => {
      const target = new Float32Array(sizeOf(value.shape));
      program.bindOutput(`y${i}`, target);
      return target;
    });
    const noise = (noisy?.noise ?? []).map(({ name, size }: NoiseInput) => {
      const data = new Float32Array(size);
      bind(name, data);
      return data;
    });
    return {
      program,
      outputs,
      noise,
      bindParams: bindParameters(network.parameters, bind),
      bindDirection: bindParameters(network.parameters, (name, data) => bind(`${name}.direction`, data)),
    };
  }

  /** Runs a kind of pass over all batches; `use` sees the outputs of each. */
  async function overBatches(
    kind: Kind,
    x: Float32Array,
    v: Float32Array | null,
    use: (outputs: readonly Float32Array[], start: number, count: number) => void,
    disturbance: Disturbance = {},
  ): Promise<void> {
    for (let start = 0, batch = 0; start < numExamples; start += batchSize, batch++) {
      const count = Math.min(batchSize, numExamples - start);
      const { program, outputs, noise, bindParams, bindDirection } = await passOf(kind, count);
      bindParams(disturbance.weights?.(x, batch) ?? x);
      if (v !== null) bindDirection(v);
      let examples = inputs.subarray(start * exampleSize, (start + count) * exampleSize);
      if (disturbance.inputs !== undefined) {
        examples = examples.slice();
        disturbance.inputs(examples, batch);
      }
      for (const [layer, data] of noise.entries()) disturbance.activations?.fill(data, layer, batch);
      program.bindInput("inputs", examples);
      if (program.inputs.labels !== undefined) program.bindInput("labels", labels.subarray(start, start + count));
      await program.run();
      use(outputs, start, count);
    }
  }

  /** The mean over examples of a vector that each batch gives in pieces. */
  async function meanVector(
    kind: "gradient" | "product",
    x: Float32Array,
    v: Float32Array | null,
  ): Promise<Float64Array> {
    // A gradient pass gives the loss behind the gradient.
    const mean = new Float64Array(numParams + (kind === "gradient" ? 1 : 0));
    await overBatches(kind, x, v, (pieces, _, count) => {
      const weight = count / numExamples;
      let at = 0;
      for (const piece of pieces) for (let i = 0; i < piece.length; i++) mean[at] = mean[at++]! + weight * piece[i]!;
    });
    return mean;
  }

  async function batchScores(x: Vector, disturbance: Disturbance = {}): Promise<LossAndError[]> {
    const scores: LossAndError[] = [];
    const kind = disturbance.activations?.entry ?? "loss";
    const use = ([logits]: readonly Float32Array[], start: number, count: number): void => {
      const { lossSum, numWrong } = scoreLogits(logits!, spec.numClasses, count, (row) => labels[start + row]!);
      scores.push({ loss: lossSum / count, error: numWrong / count });
    };
    await overBatches(kind, Float32Array.from(x), null, use, disturbance);
    return scores;
  }

  return {
    dimension: numParams,
    numExamples,
    batchScores,
    async lossAt(x) {
      let [loss, error] = [0, 0];
      for (const [batch, scores] of (await batchScores(x)).entries()) {
        const share = Math.min(batchSize, numExamples - batch * batchSize) / numExamples;
        loss += share * scores.loss;
        error += share * scores.error;
      }
      return { loss, error };
    },
    async lossAndGradientAt(x) {
      const mean = await meanVector("gradient", Float32Array.from(x), null);
      return { energy: mean[numParams]!, gradient: mean.subarray(0, numParams) };
    },
    hessianAt(x) {
      const at = Float32Array.from(x);
      return hessianOperator(numParams, (v) => meanVector("product", at, Float32Array.from(v)));
    },
    async close() {
      for (const pass of passes.values()) await (await pass).program.close();
      passes.clear();
    },
  };
}
