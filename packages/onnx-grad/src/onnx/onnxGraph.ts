/** An ONNX graph under construction: nodes, constants, inputs and outputs by name. */
import { exactKey } from "../graph/exactKey.ts";
import type { DType, Shape } from "../graph/value.ts";
import { attributeTypes, elementTypes, encodeModel } from "./modelProto.ts";

/** An attribute: an integer, a list of integers, a float ({ float }) or a string. */
export type OnnxAttribute = number | readonly number[] | { readonly float: number } | string;

/** Standard operators by default; `com.microsoft` holds ONNX Runtime's own. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: "com.microsoft";
  readonly numOutputs?: number;
}

interface OnnxNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly options: NodeOptions;
}

interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: keyof typeof elementTypes;
  readonly data: Uint8Array;
}

/** Oldest operator set with every form used here: reductions take their axes as an input since 18. */
const opsetVersion = 18;

/** The tensor of the input `name`. Names given by users have a prefix that no generated name has, so they cannot meet. */
export const inputTensor = (name: string): string => `input:${name}`;

/** The tensor of the output `name`. */
export const outputTensor = (name: string): string => `output:${name}`;

/**
 * The nodes that `outputs` need, serialised as an ONNX model; names of tensors are handed out by the methods.
 *
 * A node equal to one that is there is that one, and a Reshape of a Reshape is one: each node costs some 5 µs per run.
 */
export interface OnnxGraph {
  /** Adds a node and returns its first output. */
  node(opType: string, inputs: readonly string[], options?: NodeOptions): string;
  /** Adds a node and returns all its outputs. */
  nodes(opType: string, inputs: readonly string[], options: NodeOptions): readonly string[];
  floats(data: ArrayLike<number>, shape: Shape): string;
  /** Of int64, the type of ONNX's shapes, axes and positions. */
  ints(data: readonly number[], shape?: Shape): string;
  int32s(data: readonly number[], shape: Shape): string;
  /** Declares the input `name` and returns its tensor, `inputTensor(name)`. */
  input(name: string, shape: Shape, dtype: DType): string;
  /** Makes the tensor `from` the output `name`, whose tensor is `outputTensor(name)`. */
  output(name: string, from: string, shape: Shape): void;
  /** Puts an empty sequence of tensors in front of all outputs. */
  emptySequence(name: string): void;
  /** Names of the inputs that the outputs depend on. */
  usedInputs(): ReadonlySet<string>;
  /** Counts by operator of the nodes that the outputs depend on. */
  counts(): Readonly<Record<string, number>>;
  serialise(): Uint8Array;
}

/** An empty graph. */
export function onnxGraph(): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const known = new Map<string, readonly string[]>();
  /** What each Reshape's output was made from. */
  const reshaped = new Map<string, string>();
  const initializers = new Map<string, Initializer>();
  const inputs = new Map<string, { shape: Shape; dtype: DType }>();
  const outputs: { name: string; shape: Shape }[] = [];
  const sequences: string[] = [];

  function addNode(opType: string, from: readonly string[], options: NodeOptions): readonly string[] {
    const inner = opType === "Reshape" ? reshaped.get(from[0]!) : undefined;
    const inputs = inner === undefined ? from : [inner, ...from.slice(1)];
    const key = exactKey([opType, inputs, options]);
    const equal = known.get(key);
    if (equal !== undefined) return equal;
    const first = `${opType}_${nodes.length}`;
    const names = Array.from({ length: options.numOutputs ?? 1 }, (_, i) => (i === 0 ? first : `${first}.${i}`));
    nodes.push({ opType, inputs, outputs: names, options });
    known.set(key, names);
    if (opType === "Reshape") reshaped.set(first, inputs[0]!);
    return names;
  }

  const constant = (type: ConstantType, dims: Shape, array: ConstantArray): string =>
    initializerIn(initializers, type, dims, array);

  const live = () => neededFor([...sequences, ...outputs.map(({ name }) => outputTensor(name))], nodes);

  return {
    node: (opType, from, options = {}) => addNode(opType, from, options)[0]!,
    nodes: addNode,
    floats: (data, shape) => constant("float32", shape, Float32Array.from(data)),
    ints: (data, shape = [data.length]) => constant("int64", shape, BigInt64Array.from(data, BigInt)),
    int32s: (data, shape) => constant("int32", shape, Int32Array.from(data)),
    input(name, shape, dtype) {
      inputs.set(name, { shape, dtype });
      return inputTensor(name);
    },
    output(name, from, shape) {
      nodes.push({ opType: "Identity", inputs: [from], outputs: [outputTensor(name)], options: {} });
      outputs.push({ name, shape });
    },
    emptySequence(name) {
      nodes.push({ opType: "SequenceEmpty", inputs: [], outputs: [name], options: {} });
      sequences.push(name);
    },
    usedInputs() {
      const { names } = live();
      return new Set([...inputs.keys()].filter((name) => names.has(inputTensor(name))));
    },
    counts() {
      const counts: Record<string, number> = {};
      for (const { opType } of live().nodes) counts[opType] = (counts[opType] ?? 0) + 1;
      return counts;
    },
    serialise: () =>
      encodeModel(modelOf({ ...live(), initializers: [...initializers.values()], inputs, sequences, outputs })),
  };
}

type ConstantType = "float32" | "int32" | "int64";
type ConstantArray = Float32Array | Int32Array | BigInt64Array;

/** The name of a constant, added unless an equal small one is there. */
function initializerIn(
  initializers: Map<string, Initializer>,
  type: ConstantType,
  dims: Shape,
  array: ConstantArray,
): string {
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  // Small constants (axes, shapes, scalars) recur in every node that uses them: one copy each.
  const key = data.length <= 64 ? `${type}[${dims.join(",")}]${data.join(",")}` : `${initializers.size}`;
  const there = initializers.get(key);
  if (there !== undefined) return there.name;
  const name = `constant_${initializers.size}`;
  initializers.set(key, { name, dims, type, data });
  return name;
}

/** The nodes that some tensors depend on, and the names of all the tensors on the way; `nodes` are in execution order. */
function neededFor(tensors: readonly string[], nodes: readonly OnnxNode[]): Pick<GraphContent, "nodes" | "names"> {
  const names = new Set(tensors);
  const kept: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => names.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) names.add(name);
  }
  return { nodes: kept.reverse(), names };
}

/** What a model is made of: the live part of a graph. */
interface GraphContent {
  /** In the order of execution. */
  readonly nodes: readonly OnnxNode[];
  /** The tensors that the outputs depend on; initializers and inputs of other names are left out. */
  readonly names: ReadonlySet<string>;
  readonly initializers: readonly Initializer[];
  readonly inputs: ReadonlyMap<string, { readonly shape: Shape; readonly dtype: DType }>;
  readonly sequences: readonly string[];
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
}

/** The fields of ModelProto. */
function modelOf({
  nodes,
  names,
  initializers,
  inputs,
  sequences,
  outputs,
}: GraphContent): Readonly<Record<string, unknown>> {
  return {
    irVersion: 8,
    producerName: "onnx-grad",
    opsetImport: [
      { domain: "", version: opsetVersion },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "graph",
      node: nodes.map(({ opType, inputs: from, outputs: to, options }) => ({
        opType,
        name: to[0],
        input: from,
        output: to,
        domain: options.domain ?? "",
        attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => attributeOf(name, value)),
      })),
      initializer: initializers
        .filter(({ name }) => names.has(name))
        .map(({ name, dims, type, data }) => ({ name, dims, dataType: elementTypes[type], rawData: data })),
      input: [...inputs]
        .filter(([name]) => names.has(inputTensor(name)))
        .map(([name, { shape, dtype }]) => valueInfo(inputTensor(name), shape, dtype)),
      output: [
        ...sequences.map((name) => ({ name, type: { sequenceType: { elemType: tensorOf("float32") } } })),
        ...outputs.map(({ name, shape }) => valueInfo(outputTensor(name), shape, "float32")),
      ],
    },
  };
}

function attributeOf(name: string, value: OnnxAttribute): object {
  if (typeof value === "number") return { name, i: value, type: attributeTypes.int };
  if (typeof value === "string") return { name, s: asciiBytes(value), type: attributeTypes.string };
  if ("float" in value) return { name, f: value.float, type: attributeTypes.float };
  return { name, ints: value, type: attributeTypes.ints };
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function valueInfo(name: string, shape: Shape, dtype: DType): object {
  const { tensorType } = tensorOf(dtype);
  return { name, type: { tensorType: { ...tensorType, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } };
}

function tensorOf(dtype: DType): { readonly tensorType: { readonly elemType: number } } {
  return { tensorType: { elemType: elementTypes[dtype] } };
}
