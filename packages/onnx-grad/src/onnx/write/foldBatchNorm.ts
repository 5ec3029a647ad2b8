/** Batch norm with fixed statistics taken into the weights and the bias of the convolution or product before it. */
import { sizeOf } from "../../graph/value.ts";
import type { OnnxNode } from "../encodeParts.ts";
import { floatsOf, floatTensor, type ModelGraph, readersOf } from "./modelGraph.ts";

/** y·scale + shift, a number per channel each. */
interface Line {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Which channel of the output an element of the weights is for, by the operator. */
const channelOf: Readonly<Record<string, (node: OnnxNode, dims: readonly number[]) => (at: number) => number>> = {
  Conv(_, dims) {
    const perFilter = sizeOf(dims.slice(1));
    return (at) => Math.floor(at / perFilter);
  },
  ConvTranspose({ attributes: { group = 1 } }, dims) {
    const [channels, filters] = dims as [number, number];
    const perGroup = channels / (group as number);
    const kernel = sizeOf(dims.slice(2));
    return (at) => {
      const channel = Math.floor(at / (filters * kernel));
      return Math.floor(channel / perGroup) * filters + (Math.floor(at / kernel) % filters);
    };
  },
  Gemm({ attributes: { transB = 0 } }, dims) {
    const columns = dims[1]!;
    return (at) => (transB === 1 ? Math.floor(at / columns) : at % columns);
  },
};

/**
 * The graph without the batch norms that follow a convolution or product whose weights nothing else reads: w·s and (b − mean)·s + beta
 * with s = gamma/√(variance + epsilon), computed in float64. A bias that was not there is the tensor that `biasOf` names.
 */
export function foldBatchNorm(graph: ModelGraph, biasOf: (weight: string) => string): ModelGraph {
  const initializers = new Map(graph.initializers);
  const readers = readersOf(graph);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0]!, node] as const));
  const replaced = new Map<OnnxNode, OnnxNode>();
  const dropped = new Set<OnnxNode>();
  for (const norm of graph.nodes) {
    const node = norm.opType === "BatchNormalization" ? makers.get(norm.inputs[0]!) : undefined;
    const line = node && lineOf(norm, graph);
    if (node === undefined || line === undefined || channelOf[node.opType] === undefined) continue;
    const [x, weight, bias] = node.inputs as [string, string, string?];
    const w = initializers.get(weight);
    const isOwn = (tensor: string): boolean => initializers.has(tensor) && readers.get(tensor) === 1;
    if (w === undefined || readers.get(norm.inputs[0]!) !== 1 || ![weight, bias ?? weight].every(isOwn)) continue;
    const target = bias ?? biasOf(weight);
    if (bias === undefined && initializers.has(target)) continue;
    const channel = channelOf[node.opType]!(node, w.dims);
    initializers.set(
      weight,
      floatTensor(
        w.dims,
        floatsOf(w).map((element, at) => element * line.scale[channel(at)]!),
      ),
    );
    const before = bias === undefined ? new Float32Array(line.scale.length) : floatsOf(initializers.get(bias)!);
    initializers.set(
      target,
      floatTensor(
        [before.length],
        Float64Array.from(before, (b, c) => b * line.scale[c]! + line.shift[c]!),
      ),
    );
    replaced.set(node, { ...node, inputs: [x, weight, target], outputs: norm.outputs });
    dropped.add(norm);
  }
  return {
    ...graph,
    initializers,
    nodes: graph.nodes.filter((node) => !dropped.has(node)).map((node) => replaced.get(node) ?? node),
  };
}

function lineOf({ inputs, attributes }: OnnxNode, { initializers }: ModelGraph): Line | undefined {
  const stored = inputs.slice(1).map((tensor) => initializers.get(tensor));
  if (stored.includes(undefined)) return undefined;
  const [gamma, beta, mean, variance] = stored.map((tensor) => floatsOf(tensor!)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const epsilon = Math.fround((attributes.epsilon as { float: number }).float);
  const scale = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c]! + epsilon));
  return { scale, shift: scale.map((s, c) => beta[c]! - mean[c]! * s) };
}
