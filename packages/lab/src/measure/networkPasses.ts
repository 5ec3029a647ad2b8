/** Passes of a network over fixed examples, batch by batch: logits, gradients, Hessian-vector products. */
import {
  type AnySplit,
  bindParameters,
  buildSpec,
  classification,
  compileGraph,
  lossAndGradients,
  type NetworkSpec,
  type PrimaryMetric,
  requireSplit,
  type StopSignal,
  type TargetSpec,
  type Targets,
  type Task,
  targetReader,
  throwIfInterrupted,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import {
  type BatchedProgram,
  batchedProgram,
  type Device,
  hvp,
  input,
  type NoiseEntry,
  type NoiseInput,
  sizeOf,
  type Value,
  withActivationNoise,
} from "onnx-grad";
import type { Network, NetworkMode } from "onnx-grad/layers";

/** The graph outputs of one kind of pass. */
export type PassKind = "loss" | "gradient" | "product" | NoiseEntry;

/** A pass that was made over all examples, for progress. */
export interface MadePass {
  readonly kind: "loss" | "gradient" | "product" | "recalibration";
  readonly numExamples: number;
}

/** Hooks of passes. */
export interface PassHooks {
  /** What the network was trained for; classification when absent. */
  readonly task?: Task;
  readonly threads?: number | undefined;
  /** What computes; `cpu` when absent. */
  readonly device?: Device | undefined;
  /** Checked between two batches; a pass that it ends throws an `Interruption`. */
  readonly signal?: StopSignal;
  readonly onPass?: ((pass: MadePass) => void) | undefined;
}

/** Options of `networkPasses`. */
export interface PassOptions extends PassHooks {
  readonly mode: Exclude<NetworkMode, "training">;
  /** Examples of the split, in the order of passes. */
  readonly order: ArrayLike<number>;
  /** Examples of each batch, in order; they add up to the examples. */
  readonly batchSizes: readonly number[];
  /** Batch-norm statistics by name, read anew by each pass. Used in evaluation mode only. */
  readonly statistics?: Readonly<Record<string, Float32Array>>;
}

/** Inputs of a pass over one batch. */
export interface BatchInputs {
  readonly params: Float32Array;
  /** The vector v of a product. */
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
  /** Classes or other targets of the examples, in the order of passes. */
  readonly targets: Targets;
  /** Runs a kind of pass over all batches; `use` sees the outputs of each. @throws Interruption after a signal */
  overBatches(
    kind: PassKind,
    of: (batch: number) => BatchInputs | Promise<BatchInputs>,
    use: (outputs: readonly Float32Array[], start: number, count: number) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Programs of one kind of pass. */
interface Pass {
  readonly program: BatchedProgram<string>;
  /** Inputs for noise behind the activations, by batch size and name, of the kinds of pass that have them. */
  readonly noise: ReadonlyMap<number, Readonly<Record<string, Float32Array>>>;
  readonly bindParams: (params: Float32Array) => void;
  readonly bindDirection: (direction: Float32Array) => void;
}

/**
 * Reads the examples once. Memory: the examples as float32 and one result per kind.
 *
 * @throws InputError if the examples do not fit the network
 */
export function networkPasses(spec: NetworkSpec, split: AnySplit, options: PassOptions): NetworkPasses {
  const { mode, order, batchSizes, statistics = {}, signal, onPass, task = classification() } = options;
  requireSplit({ ...spec, task }, split, "measured");
  const numExamples = order.length;
  const exampleSize = sizeOf(spec.inputShape);
  const targetSpec = task.targetsOf(spec.outputShape);
  const targetSize = sizeOf(targetSpec.shape);
  const { inputs, targets } = readExamples(split, order, exampleSize, targetSpec);
  const build = (batch: number): Network => buildSpec(spec, { mode, batch });
  const { numParams, parameters } = build(1);

  const passes = new Map<PassKind, Pass>();
  const passOf = (kind: PassKind): Pass => {
    const pass = passes.get(kind) ?? newPass(kind);
    passes.set(kind, pass);
    return pass;
  };

  function newPass(kind: PassKind): Pass {
    const noise = new Map<number, Record<string, Float32Array>>();
    const program = batchedProgram(
      (batch) => {
        const { outputs, noise: inputs } = graphOf(kind, build(batch), task);
        noise.set(batch, Object.fromEntries(inputs.map(({ name, size }) => [name, new Float32Array(size)])));
        return Object.fromEntries(outputs.map((value, i) => [`y${i}`, value]));
      },
      (outputs) => compileGraph(outputs, { platform: nodePlatform, device: options.device, threads: options.threads }),
    );
    for (const [name, data] of Object.entries(statistics)) program.bindInput(name, data);
    return {
      program,
      noise,
      bindParams: bindParameters(parameters, program.bindInput),
      bindDirection: bindParameters(parameters, (name, data) => program.bindInput(`${name}.direction`, data)),
    };
  }

  return {
    dimension: numParams,
    numExamples,
    targets,
    async overBatches(kind, of, use) {
      const { program, noise, bindParams, bindDirection } = passOf(kind);
      let start = 0;
      for (const [batch, count] of batchSizes.entries()) {
        throwIfInterrupted(signal);
        await program.at(count);
        const { params, direction, disturb, fillNoise } = await of(batch);
        bindParams(params);
        if (direction !== undefined) bindDirection(direction);
        let examples = inputs.subarray(start * exampleSize, (start + count) * exampleSize);
        if (disturb !== undefined) {
          examples = examples.slice();
          disturb(examples);
        }
        const noises = noise.get(count);
        for (const [layer, data] of Object.values(noises ?? {}).entries()) fillNoise?.(data, layer);
        const batchTargets = targets.subarray(start * targetSize, (start + count) * targetSize);
        const own = { inputs: examples, targets: batchTargets, ...noises };
        use(Object.values(await program.run(count, own)), start, count);
        start += count;
      }
      onPass?.({ kind: kind === "gradient" || kind === "product" ? kind : "loss", numExamples });
    },
    async close() {
      for (const { program } of passes.values()) await program.close();
      passes.clear();
    },
  };
}

/** The examples of a split in another order, one after another, and their targets. */
function readExamples(
  split: AnySplit,
  order: ArrayLike<number>,
  exampleSize: number,
  { dtype, shape }: TargetSpec,
): { readonly inputs: Float32Array; readonly targets: Targets } {
  const inputs = new Float32Array(order.length * exampleSize);
  const targetSize = sizeOf(shape);
  const targets = new (dtype === "int32" ? Int32Array : Float32Array)(order.length * targetSize);
  const readTarget = targetReader(split);
  for (let i = 0; i < order.length; i++) {
    split.readExampleInto(inputs, i * exampleSize, order[i]!);
    readTarget(targets, i * targetSize, order[i]!);
  }
  return { inputs, targets };
}

/** The outputs of a kind of pass; of a gradient the loss stands last. */
function graphOf(
  kind: PassKind,
  network: Network,
  task: Task,
): { outputs: readonly Value[]; noise: readonly NoiseInput[] } {
  const { logits, parameters } = network;
  if (kind === "added" || kind === "multiplied") return withActivationNoise([logits], kind);
  if (kind === "loss") return { outputs: [logits], noise: [] };
  const { loss, ...slopes } = lossAndGradients(network, task);
  if (kind === "gradient") return { outputs: [...Object.values(slopes), loss], noise: [] };
  const weights = parameters.map(({ value }) => value);
  const directions = parameters.map(({ block }) => input(`${block.name}.direction`, block.shape));
  return { outputs: hvp(loss, weights, directions), noise: [] };
}

/** Batches of `batchSize`; the last one may be shorter. */
export function plainBatches(numExamples: number, batchSize: number): number[] {
  return Array.from({ length: Math.ceil(numExamples / batchSize) }, (_, i) =>
    Math.min(batchSize, numExamples - i * batchSize),
  );
}

/** Mean loss and the task's primary metric at a point. */
export interface Score {
  readonly loss: number;
  /** NaN where it is not defined. */
  readonly metric: number;
}

/** A score with its metric under the metric's own name, as files have it. */
export function named<Point extends { readonly metric: unknown }>(
  { metric, ...rest }: Point,
  { name }: PrimaryMetric,
): object {
  return { ...rest, [name]: metric };
}

/** Scores the outputs of passes. */
export interface PassScorer {
  /** The outputs of `count` examples, from number `start` on. */
  add(outputs: Float32Array, start: number, count: number): void;
  /** Of all outputs so far together: few metrics are means of those of batches. */
  score(): Score;
}

/** A scorer without outputs yet. */
export function passScorer(
  { outputShape }: NetworkSpec,
  { targets }: Pick<NetworkPasses, "targets">,
  task: Task = classification(),
): PassScorer {
  const targetSize = sizeOf(task.targetsOf(outputShape).shape);
  const { add, scores } = task.scorer(outputShape);
  return {
    add: (outputs, start, count) =>
      add(outputs, targets.subarray(start * targetSize, (start + count) * targetSize), count),
    score() {
      const { loss, metrics } = scores();
      return { loss, metric: metrics[task.primary] ?? Number.NaN };
    },
  };
}
