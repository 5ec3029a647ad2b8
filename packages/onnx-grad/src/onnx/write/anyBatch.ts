/**
 * One graph for every batch from graphs of a few.
 *
 * The network is lowered at several sizes; nodes must be the same, and each number that differs must be a straight line of the
 * batch: of an axis it becomes a name, of a Reshape 0 (as in the input) or −1 (what is left), elsewhere nodes that compute it.
 */
import { rangeError } from "../../graph/errors.ts";
import { exactKey } from "../../graph/exactKey.ts";
import { type Shape, sizeOf } from "../../graph/value.ts";
import { type Initializer, isGraph, type OnnxBody, type OnnxNode, type ValueInfo } from "../encodeParts.ts";
import { bodiesOf, nodeWithBodies, renamedNode } from "../nodeBodies.ts";
import { type GraphContent, inputTensor } from "../onnxGraph.ts";
import { floatsOf, floatTensor, integerTensor, type ModelGraph, type NamedShape } from "./modelGraph.ts";
import { isFixed, nameOfSize, type Size, sizeOfAny, sizesTensor } from "./sizes.ts";

/** The graph of one batch size. */
export interface Snapshot {
  readonly batch: number;
  readonly content: GraphContent;
  /** Shapes of tensors, of those that are values of the network. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

const refusal = (what: string): Error =>
  rangeError("writeOnnx", "the network", `must be the same for every batch size, but ${what}; write it for one`);

/** The graph of all snapshots; of a single one it is that, with its sizes as numbers. */
export function anyBatch(snapshots: readonly Snapshot[], batchName: string): ModelGraph {
  const [first] = snapshots as [Snapshot];
  const batches = snapshots.map(({ batch }) => batch);
  requireSameNodes(snapshots);
  const sizes = (numbers: readonly (readonly number[])[], what: string): (number | Size)[] =>
    numbers[0]!.map((_, i) => {
      const size = sizeOfAny(
        numbers.map((list) => list[i]!),
        batches,
      );
      if (size === undefined) throw refusal(`${what} is ${numbers.map((list) => list[i]).join(", ")}`);
      return size;
    });
  const named: Named = (shapes, what) =>
    sizes(shapes, what).map((size) => (isFixed(size) ? size : nameOfSize(size, batchName)));

  const inputs: ModelGraph["inputs"] = new Map(
    [...first.content.inputs].map(([name, { dtype }]) => {
      const shapes = snapshots.map(({ content }) => content.inputs.get(name)!.shape);
      const type = dtype === "int32" ? "int64" : dtype;
      return [inputTensor(name), { type, shape: named(shapes, `a size of the input "${name}"`) }];
    }),
  );
  const builder = builderOf(inputs, batchName);
  const constants = new Map<string, Constant>();
  first.content.initializers.forEach(({ name }, i) => {
    const all = snapshots.map(({ content }) => content.initializers[i]!);
    constants.set(name, constantOf(all, sizes));
  });
  first.content.nodes.forEach((_, i) => {
    const node = nodeOfAny(
      snapshots.map(({ content }) => content.nodes[i]!),
      named,
    );
    builder.add(node, constants, (tensor) => shapeOf(tensor, snapshots, sizes));
  });
  return {
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs,
    outputs: first.content.outputs.map(({ name, from }, i) => ({
      name,
      from: builder.constant(from, constants.get(from)),
      shape: named(
        snapshots.map(({ content }) => content.outputs[i]!.shape),
        `a size of the output "${name}"`,
      ),
    })),
  };
}

type Named = (shapes: readonly Shape[], what: string) => NamedShape;

type Sizes = (numbers: readonly (readonly number[])[], what: string) => (number | Size)[];

function shapeOf(tensor: string, snapshots: readonly Snapshot[], sizes: Sizes): (number | Size)[] | undefined {
  const shapes = snapshots.map(({ shapes: known }) => known.get(tensor));
  if (shapes.includes(undefined) || shapes.some((shape) => shape!.length !== shapes[0]!.length)) return undefined;
  return sizes(shapes as Shape[], "a size");
}

function requireSameNodes([first, ...others]: readonly Snapshot[]): void {
  for (const { content } of others) {
    const nodes = first!.content.nodes;
    const at = nodes.findIndex(
      (node, i) => content.nodes[i] === undefined || partsOf(content.nodes[i]) !== partsOf(node),
    );
    if (at >= 0) throw refusal(`its ${nodes[at]!.opType} differs`);
    const isLonger = content.nodes.length > nodes.length;
    if (isLonger || content.initializers.length !== first!.content.initializers.length)
      throw refusal("it has other operations");
  }
}

/** What must be the same at every batch; sizes of a body's arguments and results need not. */
function partsOf({ opType, inputs, outputs, attributes }: OnnxNode): string {
  const plain = Object.entries(attributes).map(([name, value]) => {
    if (!isGraph(value)) return [name, value];
    const { nodes, initializers, inputs: leaves, outputs: results } = value.graph;
    return [name, nodes.map(partsOf), [...initializers, ...leaves, ...results].map((one) => one.name)];
  });
  return exactKey([opType, inputs, outputs, plain]);
}

/** A node as it is at every batch, for all of them. */
function nodeOfAny(nodes: readonly OnnxNode[], named: Named): OnnxNode {
  const [node] = nodes as [OnnxNode];
  const all = nodes.map(bodiesOf);
  const bodies = all[0]!.map((_, i) =>
    bodyOfAny(
      all.map((list) => list[i]!),
      named,
    ),
  );
  return nodeWithBodies(node, bodies);
}

/** The body of every batch: numbers in it must be the same at all, sizes of its arguments and results may have names. */
function bodyOfAny(bodies: readonly OnnxBody[], named: Named): OnnxBody {
  const [first, ...others] = bodies as [OnnxBody, ...OnnxBody[]];
  const isEqual = first.initializers.every(({ data }, i) =>
    others.every(({ initializers }) => sameBytes(initializers[i]!.data, data)),
  );
  if (!isEqual) throw refusal("a number inside a loop differs");
  const infos = (of: (body: OnnxBody) => readonly ValueInfo[]): ValueInfo[] =>
    of(first).map((info, i): ValueInfo => {
      if (info.type === "sequence") return info;
      const shapes = bodies.map((body) => of(body)[i] as { readonly shape: Shape });
      const type = info.type === "int32" ? "int64" : info.type;
      const shape = named(
        shapes.map((one) => one.shape),
        "a size inside a loop",
      );
      return { ...info, type, shape };
    });
  const nodes = first.nodes.map((_, i) =>
    nodeOfAny(
      bodies.map((body) => body.nodes[i]!),
      named,
    ),
  );
  return { ...first, nodes, inputs: infos(({ inputs }) => inputs), outputs: infos(({ outputs }) => outputs) };
}

/** A stored tensor of every batch: fixed, a vector of sizes, or one that is stretched to sizes. */
type Constant =
  | { readonly kind: "fixed"; readonly tensor: Omit<Initializer, "name"> }
  | { readonly kind: "sizes"; readonly sizes: readonly (number | Size)[] }
  | {
      readonly kind: "stretched";
      readonly tensor: Omit<Initializer, "name">;
      readonly sizes: readonly (number | Size)[];
    };

function constantOf(all: readonly Initializer[], sizes: Sizes): Constant {
  const { name: _, ...tensor } = all[0]!;
  const isEqual = all.every(
    ({ dims, data }) => exactKey(dims) === exactKey(tensor.dims) && sameBytes(data, tensor.data),
  );
  if (isEqual) return { kind: "fixed", tensor };
  if (tensor.type === "int64" && all.every(({ dims }) => dims.length === 1 && dims[0] === tensor.dims[0])) {
    const numbers = all.map(({ data }) => Array.from(new BigInt64Array(data.slice().buffer), Number));
    return { kind: "sizes", sizes: sizes(numbers, "a constant") };
  }
  const dims = sizes(
    all.map((one) => one.dims),
    "a size of a constant",
  );
  const varying = dims.flatMap((size, axis) => (isFixed(size) ? [] : [axis]));
  const [least, ...others] = all.map((one) => (one.type === "float32" ? withoutRepeats(one, varying) : undefined));
  if (least === undefined || others.some((other) => other === undefined || !sameBytes(other.data, least.data)))
    throw refusal("a constant differs");
  return { kind: "stretched", tensor: least, sizes: dims.map((size) => (isFixed(size) ? 1 : size)) };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** The tensor with size 1 along `axes`, if it is the same all along them. */
function withoutRepeats(tensor: Initializer, axes: readonly number[]): Omit<Initializer, "name"> | undefined {
  const numbers = floatsOf(tensor);
  const dims = tensor.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const least = new Float32Array(sizeOf(dims));
  const place = (at: number): number => {
    let [rest, index, step] = [at, 0, 1];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const along = rest % tensor.dims[axis]!;
      rest = (rest - along) / tensor.dims[axis]!;
      if (dims[axis] !== 1) index += along * step;
      step *= dims[axis]!;
    }
    return index;
  };
  numbers.forEach((x, at) => {
    least[place(at)] = x;
  });
  return numbers.every((x, at) => Object.is(least[place(at)], x)) ? floatTensor(dims, least) : undefined;
}

interface Builder {
  readonly nodes: OnnxNode[];
  readonly initializers: Map<string, Omit<Initializer, "name">>;
  add(
    node: OnnxNode,
    constants: ReadonlyMap<string, Constant>,
    shapeOf: (tensor: string) => (number | Size)[] | undefined,
  ): void;
  /** The tensor of a constant, or `tensor` itself where it is none. */
  constant(tensor: string, constant: Constant | undefined): string;
}

function builderOf(inputs: ModelGraph["inputs"], batchName: string): Builder {
  const nodes: OnnxNode[] = [];
  const initializers: Builder["initializers"] = new Map();
  const made = new Map<string, string>();
  const writer = {
    node(opType: string, from: readonly string[], attributes: OnnxNode["attributes"] = {}): string {
      const output = `any batch ${nodes.length}`;
      nodes.push({ opType, inputs: from, outputs: [output], attributes, domain: "" });
      return output;
    },
    integers(numbers: readonly number[]): string {
      const name = `any batch constant ${initializers.size}`;
      initializers.set(name, integerTensor(numbers));
      return name;
    },
  };
  let batchTensor: string | undefined;
  const batch = (): string => {
    if (batchTensor !== undefined) return batchTensor;
    const found = [...inputs].find(([, { shape }]) => shape.includes(batchName));
    if (found === undefined) throw refusal(`no input has an axis of the batch`);
    const axis = found[1].shape.indexOf(batchName);
    batchTensor = writer.node("Shape", [found[0]], { start: axis, end: axis + 1 });
    return batchTensor;
  };
  function constant(tensor: string, value: Constant | undefined): string {
    if (value === undefined) return tensor;
    if (value.kind !== "sizes") initializers.set(tensor, value.tensor);
    if (value.kind === "fixed") return tensor;
    const there = made.get(tensor);
    if (there !== undefined) return there;
    const sizes = sizesTensor(value.sizes, batch, writer);
    const result = value.kind === "sizes" ? sizes : writer.node("Expand", [tensor, sizes]);
    made.set(tensor, result);
    return result;
  }
  return {
    nodes,
    initializers,
    constant,
    add(node, constants, shapeOf) {
      const shape = node.opType === "Reshape" ? constants.get(node.inputs[1]!) : undefined;
      if (shape?.kind === "sizes") {
        const stated = reshapeSizes(shape.sizes, shapeOf(node.inputs[0]!));
        if (stated !== undefined) {
          const source = constant(node.inputs[0]!, constants.get(node.inputs[0]!));
          if (stated.length === 2 && stated[0] === 0 && stated[1]! > 0)
            nodes.push({ ...node, opType: "Flatten", inputs: [source], attributes: { axis: 1 } });
          else nodes.push({ ...node, inputs: [source, writer.integers(stated)] });
          return;
        }
      }
      nodes.push(renamedNode(node, (tensor) => constant(tensor, constants.get(tensor))));
    },
  };
}

/** The sizes as Reshape takes them: 0 for one of the input's in the same place, one −1 for what is left. */
function reshapeSizes(
  sizes: readonly (number | Size)[],
  from: readonly (number | Size)[] | undefined,
): number[] | undefined {
  const stated = sizes.map((size, axis) => {
    if (isFixed(size)) return size;
    return from?.[axis] !== undefined && exactKey(from[axis]) === exactKey(size) ? 0 : -1;
  });
  return stated.filter((size) => size === -1).length > 1 ? undefined : stated;
}
