/** Passes of a network over fixed examples, batch by batch: logits, gradients, Hessian-vector products. */
import {
  bindParameters,
  buildSpec,
  compileGraph,
  type NetworkSpec,
  requireSplit,
  type Split,
  type StopSignal,
  throwIfInterrupted,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import {
  gradients,
  hvp,
  input,
  type NoiseEntry,
  type NoiseInput,
  optimise,
  type Program,
  sizeOf,
  softmaxCrossEntropy,
  type Value,
  withActivationNoise,
} from "onnx-grad";
import type { Network, NetworkMode } from "onnx-grad/layers";

/** The graph outputs of one kind of question. */
export type PassKind = "loss" | "gradient" | "product" | NoiseEntry;

/** A pass that was made over all examples, for progress. */
export interface MadePass {
  readonly kind: "loss" | "gradient" | "product" | "recalibration";
  readonly numExamples: number;
}

/** What passes may be told. */
export interface PassHooks {
  readonly threads?: number | undefined;
  /** Asked between two batches; a pass that it ends throws an `Interruption`. */
  readonly signal?: StopSignal;
  readonly onPass?: ((pass: MadePass) => void) | undefined;
}

/** What is passed through, and how. */
export interface PassOptions extends PassHooks {
  readonly mode: Exclude<NetworkMode, "training">;
  /** Examples of the split, in the order of passes. */
  readonly order: ArrayLike<number>;
  /** Examples of each batch, in order; they add up to the examples. */
  readonly batchSizes: readonly number[];
  /** Batch-norm statistics by name, live: a pass reads them as they are. Asked for in evaluation mode only. */
  readonly statistics?: Readonly<Record<string, Float32Array>>;
}

/** What one batch meets. */
export interface BatchInputs {
  readonly params: Float32Array;
  /** v of a product. */
  readonly direction?: Float32Array | undefined;
  /** Overwrites a copy of the batch's inputs. */
  readonly disturb?: ((examples: Float32Array) => void) | undefined;
  /** Fills the noise behind an activation. */
  readonly fillNoise?: ((noise: Float32Array, layer: number) => void) | undefined;
}

/** Compiled passes; programs are compiled at first use, one for each kind and batch size. */
export interface NetworkPasses {
  readonly dimension: number;
  readonly numExamples: number;
  readonly labels: Int32Array;
  /** Runs a kind of pass over all batches; `use` sees the outputs of each. @throws Interruption after a signal */
  overBatches(
    kind: PassKind,
    of: (batch: number) => BatchInputs | Promise<BatchInputs>,
    use: (outputs: readonly Float32Array[], start: number, count: number) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

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
 * Reads the examples once. Memory: the examples as float32 and one result per kind.
 *
 * @throws InputError if the examples do not fit the network
 */
export function networkPasses(spec: NetworkSpec, split: Split, options: PassOptions): NetworkPasses {
  const { mode, order, batchSizes, statistics = {}, threads, signal, onPass } = options;
  requireSplit(spec, split, "measured");
  const numExamples = order.length;
  const exampleSize = sizeOf(spec.inputShape);
  const inputs = new Float32Array(numExamples * exampleSize);
  const labels = new Int32Array(numExamples);
  for (let i = 0; i < numExamples; i++) {
    split.readExampleInto(inputs, i * exampleSize, order[i]!);
    labels[i] = split.labelOf(order[i]!);
  }
  const build = (batch: number): Network => buildSpec(spec, { mode, batch });

  const passes = new Map<string, Promise<Pass>>();
  const passOf = (kind: PassKind, batch: number): Promise<Pass> => {
    const key = `${kind} ${batch}`;
    const pass = passes.get(key) ?? compilePass(kind, build(batch), batch);
    passes.set(key, pass);
    return pass;
  };

  async function compilePass(kind: PassKind, network: Network, batch: number): Promise<Pass> {
    const weights = network.parameters.map(({ value }) => value);
    const directions = network.parameters.map(({ block }) => input(`${block.name}.direction`, block.shape));
    const loss = softmaxCrossEntropy(network.logits, input("labels", [batch], "int32"));
    const noisy = kind === "added" || kind === "multiplied" ? withActivationNoise([network.logits], kind) : null;
    const values: Record<PassKind, () => Value[]> = {
      loss: () => [network.logits],
      added: () => noisy!.outputs,
      multiplied: () => noisy!.outputs,
      gradient: () => [...gradients(loss, weights), loss],
      product: () => hvp(loss, weights, directions),
    };
    const optimised = optimise(values[kind]());
    const graph = Object.fromEntries(optimised.map((value, i) => [`y${i}`, value]));
    const program = await compileGraph(graph, { platform: nodePlatform, threads });
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

  return {
    dimension: build(1).numParams,
    numExamples,
    labels,
    async overBatches(kind, of, use) {
      let start = 0;
      for (const [batch, count] of batchSizes.entries()) {
        throwIfInterrupted(signal);
        const { program, outputs, noise, bindParams, bindDirection } = await passOf(kind, count);
        const { params, direction, disturb, fillNoise } = await of(batch);
        bindParams(params);
        if (direction !== undefined) bindDirection(direction);
        let examples = inputs.subarray(start * exampleSize, (start + count) * exampleSize);
        if (disturb !== undefined) {
          examples = examples.slice();
          disturb(examples);
        }
        for (const [layer, data] of noise.entries()) fillNoise?.(data, layer);
        program.bindInput("inputs", examples);
        if (program.inputs.labels !== undefined) program.bindInput("labels", labels.subarray(start, start + count));
        await program.run();
        use(outputs, start, count);
        start += count;
      }
      onPass?.({ kind: kind === "gradient" || kind === "product" ? kind : "loss", numExamples });
    },
    async close() {
      for (const pass of passes.values()) await (await pass).program.close();
      passes.clear();
    },
  };
}

/** Batches of `batchSize`, the last one perhaps shorter. */
export function plainBatches(numExamples: number, batchSize: number): number[] {
  return Array.from({ length: Math.ceil(numExamples / batchSize) }, (_, i) =>
    Math.min(batchSize, numExamples - i * batchSize),
  );
}
