/** Networks of our graphs as ONNX models that any runtime loads. */
import { rangeError, typeError } from "../graph/errors.ts";
import { optionRules, requireOptions } from "../graph/requirements.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import type { Network, Values } from "../layers/network.ts";
import { lowerGraph } from "../lowering/lowerGraph.ts";
import { standardDialect } from "../lowering/standardDialect.ts";
import { encodeParts } from "./encodeParts.ts";
import { inputTensor, onnxGraph } from "./onnxGraph.ts";
import { anyBatch, type Snapshot } from "./write/anyBatch.ts";
import { canonical, type FileNames } from "./write/canonical.ts";
import { foldBatchNorm } from "./write/foldBatchNorm.ts";
import { floatTensor, type ModelGraph } from "./write/modelGraph.ts";

/** Options of `writeOnnx`. */
export interface WriteOnnxOptions {
  /** Means and variances of batch norm by the names of the network's inputs: `bn1.mean`, `bn1.variance`. */
  readonly statistics?: Readonly<Record<string, ArrayLike<number>>>;
  /** Whether batch norm is taken into the weights before it where it can be; false by default. */
  readonly foldBatchNorm?: boolean;
  /** Other names for inputs and outputs, by those of the network; a single output is `logits`. */
  readonly names?: Readonly<Record<string, string>>;
  /** What the axis of the batch is called; `batch` by default. */
  readonly batch?: string;
  /** Who wrote the model; onnx-grad by default. */
  readonly producer?: { readonly name: string; readonly version?: string };
  /** Anything else that the file shall say, by key. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const rules = {
  statistics: optionRules.record,
  foldBatchNorm: optionRules.flag,
  names: optionRules.record,
  batch: optionRules.text,
  producer: optionRules.record,
  metadata: optionRules.record,
};

/** A network that was built for evaluation, of one input or several and one output or several. */
export type EvaluationNetwork = Pick<
  Network<Value | Values, Value | Values>,
  "logits" | "parameters" | "numParams" | "masks" | "batchStatistics" | "runningStatistics"
> &
  Partial<Pick<Network, "carried">>;

/** Batch sizes from which those that depend on the batch are told; nothing is computed at them. */
const batches = [2, 3, 5];

/**
 * The network and its weights as an ONNX model of the standard's operators, version 17, in float32 and int64.
 *
 * A function of the batch size gives a model whose batch is free: the network is built at three sizes and must be the same at each
 * but for sizes that depend on the batch. A network gives a model for its batch alone. States that a network carries from window to
 * window are inputs by their names, such as `lstm1.h`, and outputs `lstm1.h.next`. Weights keep their names, as tensors of the
 * file in the order of the flat layout; batch norm, layer norm, Gemm and the like are single nodes. A model that `readOnnx`
 * reads and this writes again is the same file. Cost: the weights once more in memory, twice while they are encoded.
 *
 * @param weights - of all parameters, in the flat layout
 * @throws TypeError or RangeError for wrong options, a network of training, another number of weights, missing statistics, or a
 *   network that cannot be written for every batch size
 */
export function writeOnnx(
  network: EvaluationNetwork | ((batch: number) => EvaluationNetwork),
  weights: ArrayLike<number>,
  options: WriteOnnxOptions = {},
): Uint8Array {
  requireOptions("writeOnnx", options, rules);
  const { batch = "batch", producer = { name: "onnx-grad" }, metadata = {} } = options;
  const networks = typeof network === "function" ? batches.map((size) => network(size)) : [network];
  const [first] = networks as [EvaluationNetwork];
  for (const one of networks) requireEvaluation(one);
  if (weights.length !== first.numParams)
    throw rangeError("writeOnnx", "weights", `must be ${first.numParams} numbers, one per parameter`, weights.length);
  const snapshots = networks.map((one, i) => snapshotOf(one, batches[i]!));
  const stored = storedIn(first, weights, options.statistics ?? {});
  const whole = withStored(anyBatch(snapshots, batch), stored);
  const graph = options.foldBatchNorm ? foldBatchNorm(whole, biasOf) : whole;
  const model = canonical(renamed(graph, options.names ?? {}), namesIn(graph, first, options.names ?? {}));
  return encodeParts({ producer, metadata, opsets: { "": 17 }, ...model });
}

function requireEvaluation(network: EvaluationNetwork): void {
  if (typeof network?.logits !== "object")
    throw typeError("writeOnnx", "the network", "must be one of buildNetwork, or a function that gives it", network);
  if (network.masks.length + network.batchStatistics.length > 0)
    throw rangeError("writeOnnx", "the network", "must be built for evaluation", network, "one of training");
}

const outputsOf = ({ logits, carried = [] }: EvaluationNetwork): (readonly [string, Value])[] => [
  ...(typeof logits.op === "string" ? [["logits", logits as Value] as const] : Object.entries(logits as Values)),
  ...carried.map(({ name, final }) => [`${name}.next`, final] as const),
];

function snapshotOf(network: EvaluationNetwork, batch: number): Snapshot {
  const graph = onnxGraph({ shared: false });
  const names = lowerGraph(outputsOf(network), standardDialect, graph);
  const shapes = new Map([...names].map(([{ shape }, tensor]) => [tensor, shape] as const));
  return { batch, content: graph.content(), shapes };
}

/** Parameters and statistics by their tensors. */
function storedIn(
  { parameters, runningStatistics }: EvaluationNetwork,
  weights: ArrayLike<number>,
  statistics: Readonly<Record<string, ArrayLike<number>>>,
): ModelGraph["initializers"] {
  const flat = weights instanceof Float32Array ? weights : Float32Array.from(weights);
  const ofParameters = parameters.map(({ block: { name, shape, offset } }) => {
    const own = flat.subarray(offset, offset + sizeOf(shape));
    return [inputTensor(name), floatTensor(shape, own)] as const;
  });
  const ofStatistics = runningStatistics.flatMap(({ name, mean, variance }) =>
    Object.entries({ mean, variance }).map(([part, { shape }]) => {
      const key = `${name}.${part}`;
      const data = Object.hasOwn(statistics, key) ? statistics[key]! : undefined;
      if (data?.length !== sizeOf(shape))
        throw rangeError(
          "writeOnnx",
          `statistics "${key}"`,
          `must be ${sizeOf(shape)} numbers`,
          data,
          data ? `${data.length}` : "none",
        );
      return [inputTensor(key), floatTensor(shape, data)] as const;
    }),
  );
  return new Map([...ofParameters, ...ofStatistics]);
}

/** The graph with stored tensors in place of those inputs. */
function withStored(graph: ModelGraph, stored: ModelGraph["initializers"]): ModelGraph {
  return {
    ...graph,
    inputs: new Map([...graph.inputs].filter(([tensor]) => !stored.has(tensor))),
    initializers: new Map([...graph.initializers, ...stored]),
  };
}

/** The bias of a layer by its weight. */
const biasOf = (weight: string): string => weight.replace(/(\.[^.]*)?$/, ".bias");

function renamed(graph: ModelGraph, names: Readonly<Record<string, string>>): ModelGraph {
  return { ...graph, outputs: graph.outputs.map((output) => ({ ...output, name: names[output.name] ?? output.name })) };
}

/** Names of inputs, parameters and statistics, and the order of the parameters; a bias that was folded in follows its weight. */
function namesIn(
  { inputs, initializers, outputs }: ModelGraph,
  { parameters }: EvaluationNetwork,
  others: Readonly<Record<string, string>>,
): FileNames {
  const prefix = inputTensor("");
  const own = [...initializers.keys()].filter((tensor) => tensor.startsWith(prefix));
  const names = new Map(own.map((tensor) => [tensor, tensor.slice(prefix.length)] as const));
  for (const tensor of inputs.keys()) {
    const name = tensor.slice(prefix.length);
    names.set(tensor, others[name] ?? name);
  }
  const all = [...names.values(), ...outputs.map(({ name }) => others[name] ?? name)];
  const twice = all.find((name, i) => all.indexOf(name) !== i);
  if (twice !== undefined) throw rangeError("writeOnnx", "names", "must differ from each other", twice);
  const unknown = Object.keys(others).find(
    (name) => !inputs.has(inputTensor(name)) && !outputs.some((output) => output.name === name),
  );
  if (unknown !== undefined)
    throw rangeError("writeOnnx", "names", "must be of inputs and outputs of the network", unknown);
  const inOrder = parameters.flatMap(({ block }) => {
    const tensor = inputTensor(block.name);
    return [tensor, biasOf(tensor)].filter((one) => initializers.has(one));
  });
  return { names, parameters: [...new Set(inOrder)] };
}
