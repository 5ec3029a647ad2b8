/**
 * A graph in the one form in which it is written: equal nodes are one, nodes are in the order in which the parameters appear,
 * and names come from the parameters. A model that is read and written again is the same file.
 */
import { exactKey } from "../../graph/exactKey.ts";
import type { Initializer, OnnxNode, ValueInfo } from "../encodeParts.ts";
import { bodiesOf, ownTensors, renamedNode, tensorsRead } from "../nodeBodies.ts";
import { floatsOf, integerTensor, type ModelGraph, readersOf } from "./modelGraph.ts";

/** What tensors are called in the file, and which of them come in which order. */
export interface FileNames {
  /** Names of inputs and of parameters and statistics, by tensor. */
  readonly names: ReadonlyMap<string, string>;
  /** Tensors of the parameters in the order of the flat layout. */
  readonly parameters: readonly string[];
}

/** What is written. */
export interface CanonicalModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** Constants of at most this many bytes are compared with each other. */
const smallConstant = 64;

export function canonical(graph: ModelGraph, { names, parameters }: FileNames): CanonicalModel {
  const merged = withoutEqual(graph, names);
  const nodes = ordered(merged, parameters);
  const given = namesOf(nodes, merged, names);
  const nameOf = (tensor: string): string => given.tensors.get(tensor) ?? "";
  const tensors = new Set([...parameters, ...nodes.flatMap(tensorsRead), ...merged.outputs.map(({ from }) => from)]);
  const used = readersOf({ nodes, outputs: merged.outputs });
  const stored = [...tensors].flatMap((tensor) => {
    const initializer = merged.initializers.get(tensor);
    return initializer === undefined || !used.has(tensor) ? [] : [{ ...initializer, name: nameOf(tensor) }];
  });
  // A float tensor with axes that is no weight is a list in a node, so that readers do not take it for one.
  const isConstant = ({ name, type, dims }: Initializer): boolean =>
    given.constants.has(name) && type === "float32" && dims.length > 0;
  const lists = stored.filter(isConstant).map((tensor) => asList(tensor, given.free));
  return {
    nodes: [
      ...lists.flatMap((list) => list.nodes),
      ...nodes.map((one, i) => ({ ...renamedNode(one, nameOf), name: given.nodes[i]! })),
      ...merged.outputs
        .filter(({ name, from }) => nameOf(from) !== name)
        .map(({ name, from }) => nodeOf("Identity", [nameOf(from)], name)),
    ],
    initializers: [
      ...stored.filter((initializer) => !isConstant(initializer)),
      ...lists.flatMap((list) => list.initializers),
    ],
    inputs: [...merged.inputs].map(([tensor, info]) => ({ ...info, name: nameOf(tensor) })),
    outputs: merged.outputs.map(({ name, shape }) => ({ name, shape, type: "float32" })),
  };
}

const nodeOf = (
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxNode["attributes"] = {},
) => ({
  ...{ opType, inputs, outputs: [output], attributes, domain: "" },
});

/** A constant as a node that holds its numbers, and one that gives them their shape. */
function asList(
  tensor: Initializer,
  free: (name: string) => string,
): { readonly nodes: readonly OnnxNode[]; readonly initializers: readonly Initializer[] } {
  const { name, dims } = tensor;
  const values = { value_floats: { floats: floatsOf(tensor) } };
  if (dims.length === 1) return { nodes: [nodeOf("Constant", [], name, values)], initializers: [] };
  const [list, shape] = [free(`${name}.list`), free(`${name}.shape`)];
  return {
    nodes: [nodeOf("Constant", [], list, values), nodeOf("Reshape", [list, shape], name)],
    initializers: [{ name: shape, ...integerTensor(dims) }],
  };
}

/** Equal nodes and small constants as one. */
function withoutEqual(graph: ModelGraph, names: ReadonlyMap<string, string>): ModelGraph {
  const there = new Map<string, string>();
  const same = new Map<string, string>();
  const of = (tensor: string): string => same.get(tensor) ?? tensor;
  for (const [tensor, { dims, type, data }] of graph.initializers) {
    if (names.has(tensor) || data.length > smallConstant) continue;
    const key = exactKey([type, dims, [...data]]);
    same.set(tensor, there.get(key) ?? tensor);
    there.set(key, of(tensor));
  }
  const nodes = graph.nodes.flatMap((one): OnnxNode[] => {
    const node = renamedNode(one, of);
    if (bodiesOf(node).length > 0) return [node];
    const key = exactKey([node.opType, node.inputs, node.attributes, node.outputs.length]);
    const first = there.get(key);
    if (first !== undefined && node.outputs.length === 1) {
      same.set(node.outputs[0]!, first);
      return [];
    }
    there.set(key, node.outputs[0]!);
    return [node];
  });
  return { ...graph, nodes, outputs: graph.outputs.map((output) => ({ ...output, from: of(output.from) })) };
}

/** The nodes that outputs need, those of the first parameters first, each after what it reads. */
function ordered({ nodes, outputs }: ModelGraph, parameters: readonly string[]): OnnxNode[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((tensor) => [tensor, node] as const)));
  const place = new Map(parameters.map((tensor, i) => [tensor, i] as const));
  const order: OnnxNode[] = [];
  const done = new Set<OnnxNode>();
  const emit = (tensor: string): void => {
    const pending = [tensor];
    while (pending.length > 0) {
      const node = makers.get(pending.at(-1)!);
      const next = node === undefined || done.has(node) ? undefined : tensorsRead(node).find((input) => waits(input));
      if (next !== undefined) {
        pending.push(next);
        continue;
      }
      pending.pop();
      if (node === undefined || done.has(node)) continue;
      done.add(node);
      order.push(node);
    }
  };
  const waits = (tensor: string): boolean => makers.has(tensor) && !done.has(makers.get(tensor)!);

  // In the order of a walk from the outputs, which is that of equal graphs.
  for (const { from } of outputs) emit(from);
  const needed = order.splice(0);
  done.clear();
  /** The last parameter that a node depends on. */
  const last = new Map<OnnxNode, number>();
  const firstReader = new Map<string, OnnxNode>();
  for (const node of needed) {
    const before = tensorsRead(node).map((input) => place.get(input) ?? last.get(makers.get(input)!) ?? -1);
    last.set(node, Math.max(-1, ...before));
    for (const input of tensorsRead(node)) {
      const reader = firstReader.get(input);
      if (place.has(input) && (reader === undefined || last.get(node)! < last.get(reader)!))
        firstReader.set(input, node);
    }
  }
  for (const parameter of parameters) {
    const reader = firstReader.get(parameter);
    if (reader !== undefined) emit(reader.outputs[0]!);
  }
  for (const { from } of outputs) emit(from);
  return order;
}

/** `conv1` of `conv1.bias`. */
const prefixOf = (name: string): string | undefined => /^(.+)\.[^.]+$/.exec(name)?.[1];

/** Batch norm's constants of which other parts of the name come from its parameters. */
const statistics: readonly (string | undefined)[] = [undefined, undefined, undefined, "mean", "variance"];

function namesOf(
  nodes: readonly OnnxNode[],
  { outputs }: ModelGraph,
  fixed: ReadonlyMap<string, string>,
): {
  readonly tensors: ReadonlyMap<string, string>;
  readonly nodes: readonly string[];
  /** Names of constants that belong to no layer. */
  readonly constants: ReadonlySet<string>;
  /** A name that is not taken, like the one given. */
  readonly free: (base: string) => string;
} {
  const tensors = new Map(fixed);
  const constants = new Set<string>();
  const taken = new Set([...fixed.values(), ...outputs.map(({ name }) => name)]);
  const isMade = new Set(nodes.flatMap((node) => node.outputs));
  for (const { name, from } of outputs) if (isMade.has(from) && !tensors.has(from)) tensors.set(from, name);
  const free = (base: string): string => {
    let name = base;
    for (let i = 2; taken.has(name); i++) name = `${base}_${i}`;
    taken.add(name);
    return name;
  };
  const constant = (): string => {
    const name = free("constant");
    constants.add(name);
    return name;
  };
  const labels = nodes.map((node) => {
    const { opType, outputs: results } = node;
    const inputs = tensorsRead(node);
    const prefix = inputs.flatMap((input) => prefixOf(fixed.get(input) ?? "") ?? []).at(-1);
    const label =
      prefix !== undefined && !taken.has(prefix) ? free(prefix) : free(prefix ? `${prefix}.${opType}` : opType);
    for (const [i, tensor] of results.entries()) {
      if (!tensors.has(tensor)) tensors.set(tensor, i === 0 ? label : free(`${label}.${i}`));
    }
    inputs.forEach((input, i) => {
      if (tensors.has(input) || isMade.has(input)) return;
      const part = opType === "BatchNormalization" ? statistics[i] : undefined;
      tensors.set(input, part === undefined ? constant() : free(`${label}.${part}`));
    });
    for (const tensor of bodiesOf(node).flatMap(ownTensors)) tensors.set(tensor, free(`${label}/step`));
    return label;
  });
  for (const { from } of outputs) if (!tensors.has(from)) tensors.set(from, constant());
  return { tensors, nodes: labels, constants, free };
}
