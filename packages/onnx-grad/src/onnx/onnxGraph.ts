/** An ONNX graph under construction: nodes, constants, inputs and outputs by name. */
import { exactKey } from "../graph/exactKey.ts";
import type { DType, Shape } from "../graph/value.ts";
import { encodeParts, type Initializer, type OnnxAttribute, type OnnxBody, type OnnxNode } from "./encodeParts.ts";
import { bodiesOf, tensorsRead } from "./nodeBodies.ts";

/** Standard operators by default; `com.microsoft` holds ONNX Runtime's own. */
export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: "com.microsoft";
  readonly numOutputs?: number;
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
 * A node equal to one that is there is that one, a Reshape of a Reshape is one and so is a Transpose of a Transpose: each node
 * costs some 5 µs per run.
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
  /** An empty graph for the body of a node, whose nodes may read tensors of this one. */
  inner(): OnnxGraph;
  /** This graph as the body of a node: all inputs in their order, and `results` as the outputs. */
  body(results: readonly BodyResult[]): OnnxBody;
  /** Puts an empty sequence of tensors in front of all outputs. */
  emptySequence(name: string): void;
  /** Names of the inputs that the outputs depend on. */
  usedInputs(): ReadonlySet<string>;
  /** Counts by operator of the nodes that the outputs depend on. */
  counts(): Readonly<Record<string, number>>;
  /** What the outputs depend on, and the outputs. */
  content(): GraphContent;
  serialise(): Uint8Array;
}

/** The live part of a graph. */
export interface GraphContent {
  /** In the order of execution. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  /** By the names that `input` was given. */
  readonly inputs: ReadonlyMap<string, { readonly shape: Shape; readonly dtype: DType }>;
  readonly outputs: readonly { readonly name: string; readonly from: string; readonly shape: Shape }[];
}

/** A tensor that a body gives. */
export interface BodyResult {
  readonly tensor: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Options of `onnxGraph`. */
export interface OnnxGraphOptions {
  /** Whether equal nodes are one, and equal small constants; true by default. Without it names tell nothing of numbers. */
  readonly shared?: boolean;
  /** What all names of tensors begin with; bodies have one each, so that names of no two graphs meet. */
  readonly prefix?: string;
}

/** An empty graph. */
export function onnxGraph({ shared = true, prefix = "" }: OnnxGraphOptions = {}): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const known = new Map<string, readonly string[]>();
  /** What each Reshape's output was made from. */
  const reshaped = new Map<string, string>();
  /** What each Transpose's output was made from, and how. */
  const transposed = new Map<string, Transposed>();
  const initializers = new Map<string, Initializer>();
  const inputs = new Map<string, { shape: Shape; dtype: DType }>();
  const outputs: { name: string; from: string; shape: Shape }[] = [];
  const sequences: string[] = [];
  let numInner = 0;

  function addNode(opType: string, from: readonly string[], options: NodeOptions): readonly string[] {
    const whole = opType === "Transpose" && shared ? composed(transposed.get(from[0]!), options) : undefined;
    if (whole !== undefined) return isIdentity(whole) ? [whole.from] : addNode(opType, [whole.from], optionsOf(whole));
    const inner = opType === "Reshape" && shared ? reshaped.get(from[0]!) : undefined;
    const inputs = inner === undefined ? from : [inner, ...from.slice(1)];
    const { attributes = {}, domain = "" } = options;
    const isShared = shared && bodiesOf({ attributes }).length === 0;
    const key = isShared ? exactKey([opType, inputs, options]) : "";
    const equal = isShared ? known.get(key) : undefined;
    if (equal !== undefined) return equal;
    const first = `${prefix}${opType}_${nodes.length}`;
    const names = Array.from({ length: options.numOutputs ?? 1 }, (_, i) => (i === 0 ? first : `${first}.${i}`));
    nodes.push({ opType, inputs, outputs: names, attributes, domain });
    if (isShared) known.set(key, names);
    if (opType === "Reshape") reshaped.set(first, inputs[0]!);
    if (opType === "Transpose") transposed.set(first, { from: inputs[0]!, permutation: permutationOf(options) });
    return names;
  }

  const constant = (type: ConstantType, dims: Shape, { buffer, byteOffset, byteLength }: ConstantArray): string => {
    const data = new Uint8Array(buffer, byteOffset, byteLength);
    return initializerIn(initializers, { type, dims, data }, shared, prefix);
  };

  const live = () => neededFor([...sequences, ...outputs.map(({ name }) => outputTensor(name))], nodes);

  return {
    node: (opType, from, options = {}) => addNode(opType, from, options)[0]!,
    nodes: addNode,
    floats: (data, shape) => constant("float32", shape, Float32Array.from(data)),
    ints: (data, shape = [data.length]) => constant("int64", shape, BigInt64Array.from(data, BigInt)),
    int32s: (data, shape) => constant("int32", shape, Int32Array.from(data)),
    input(name, shape, dtype) {
      inputs.set(`${prefix}${name}`, { shape, dtype });
      return inputTensor(`${prefix}${name}`);
    },
    output(name, from, shape) {
      nodes.push({ opType: "Identity", inputs: [from], outputs: [outputTensor(name)], attributes: {}, domain: "" });
      outputs.push({ name, from, shape });
    },
    inner: () => onnxGraph({ shared, prefix: `${prefix}body${numInner++}/` }),
    body: (results) => bodyOf({ nodes, initializers, inputs, outputs }, results, prefix),
    emptySequence(name) {
      nodes.push({ opType: "SequenceEmpty", inputs: [], outputs: [name], attributes: {}, domain: "" });
      sequences.push(name);
    },
    usedInputs() {
      const { names } = live();
      return new Set([...inputs.keys()].filter((name) => names.has(inputTensor(name))));
    },
    counts: () => countsOf(live().nodes),
    content: () => contentOf({ nodes, initializers, inputs, outputs }),
    serialise: () => bytesOf({ nodes, initializers, inputs, outputs, sequences }),
  };
}

/** Counts of nodes by operator, those of bodies among them. */
function countsOf(nodes: readonly OnnxNode[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (node: OnnxNode): void => {
    counts[node.opType] = (counts[node.opType] ?? 0) + 1;
    for (const body of bodiesOf(node)) body.nodes.forEach(count);
  };
  nodes.forEach(count);
  return counts;
}

/** All that was added to a graph. */
interface Added {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  readonly inputs: GraphContent["inputs"];
  readonly outputs: GraphContent["outputs"];
  readonly sequences?: readonly string[];
}

function contentOf({ nodes, initializers, inputs, outputs }: Added): GraphContent {
  const needed = neededFor(
    outputs.map(({ from }) => from),
    nodes,
  );
  return {
    nodes: needed.nodes,
    initializers: [...initializers.values()].filter(({ name }) => needed.names.has(name)),
    inputs: new Map([...inputs].filter(([name]) => needed.names.has(inputTensor(name)))),
    outputs,
  };
}

/** The graph as the body of a node. Of a tensor that is no node's, or is given twice, an output is a copy. */
function bodyOf({ nodes, initializers, inputs }: Added, results: readonly BodyResult[], prefix: string): OnnxBody {
  const free = new Set(nodes.flatMap((node) => node.outputs));
  const outputs = results.map(({ tensor, shape, dtype }, i) => {
    const name = free.delete(tensor) ? tensor : outputTensor(`${prefix}result${i}`);
    return { name, shape, type: dtype, from: tensor };
  });
  const copies = outputs.filter(({ name, from }) => name !== from);
  const needed = neededFor(
    outputs.map(({ from }) => from),
    nodes,
  );
  return {
    nodes: [
      ...needed.nodes,
      ...copies.map(({ name, from }) => ({
        ...{ opType: "Identity", inputs: [from], outputs: [name], attributes: {}, domain: "" },
      })),
    ],
    initializers: [...initializers.values()].filter(({ name }) => needed.names.has(name)),
    inputs: [...inputs].map(([name, { shape, dtype }]) => ({ name: inputTensor(name), shape, type: dtype })),
    outputs: outputs.map(({ name, shape, type }) => ({ name, shape, type })),
  };
}

function bytesOf({ nodes, initializers, inputs, outputs, sequences = [] }: Added): Uint8Array {
  const needed = neededFor([...sequences, ...outputs.map(({ name }) => outputTensor(name))], nodes);
  return encodeParts({
    producer: { name: "onnx-grad" },
    opsets: { "": opsetVersion, "com.microsoft": 1 },
    nodes: needed.nodes,
    initializers: [...initializers.values()].filter(({ name }) => needed.names.has(name)),
    inputs: [...inputs]
      .filter(([name]) => needed.names.has(inputTensor(name)))
      .map(([name, { shape, dtype }]) => ({ name: inputTensor(name), shape, type: dtype })),
    outputs: [
      ...sequences.map((name) => ({ name, type: "sequence" as const })),
      ...outputs.map(({ name, shape }) => ({ name: outputTensor(name), shape, type: "float32" as const })),
    ],
  });
}

/** A tensor and how its axes are permuted. */
interface Transposed {
  readonly from: string;
  readonly permutation: readonly number[];
}

const permutationOf = ({ attributes }: NodeOptions): readonly number[] => attributes?.perm as readonly number[];
const optionsOf = ({ permutation }: Transposed): NodeOptions => ({ attributes: { perm: permutation } });
const isIdentity = ({ permutation }: Transposed): boolean => permutation.every((axis, i) => axis === i);

/** A transposition of the result of one as a single one. */
function composed(before: Transposed | undefined, options: NodeOptions): Transposed | undefined {
  if (before === undefined) return undefined;
  return { from: before.from, permutation: permutationOf(options).map((axis) => before.permutation[axis]!) };
}

type ConstantType = "float32" | "int32" | "int64";
type ConstantArray = Float32Array | Int32Array | BigInt64Array;

/** The name of a constant, added unless an equal small one is there and may be shared. */
function initializerIn(
  initializers: Map<string, Initializer>,
  { type, dims, data }: Omit<Initializer, "name">,
  shared: boolean,
  prefix: string,
): string {
  // Small constants (axes, shapes, scalars) recur in every node that uses them: one copy each.
  const isShared = shared && data.length <= 64;
  const key = isShared ? `${type}[${dims.join(",")}]${data.join(",")}` : `${initializers.size}`;
  const there = initializers.get(key);
  if (there !== undefined) return there.name;
  const name = `${prefix}constant_${initializers.size}`;
  initializers.set(key, { name, dims, type, data });
  return name;
}

/** The nodes that some tensors depend on, and the names of all the tensors on the way; `nodes` are in execution order. */
function neededFor(
  tensors: readonly string[],
  nodes: readonly OnnxNode[],
): { readonly nodes: OnnxNode[]; readonly names: ReadonlySet<string> } {
  const names = new Set(tensors);
  const kept: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => names.has(name))) continue;
    kept.push(node);
    for (const name of tensorsRead(node)) names.add(name);
  }
  return { nodes: kept.reverse(), names };
}
