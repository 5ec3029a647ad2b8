/** The graphs that nodes have as attributes, such as the step of a Scan. */
import { isGraph, type OnnxBody, type OnnxNode } from "./encodeParts.ts";

/** The graphs of a node; most have none. */
export function bodiesOf({ attributes }: Pick<OnnxNode, "attributes">): readonly OnnxBody[] {
  return Object.values(attributes).flatMap((value) => (isGraph(value) ? [value.graph] : []));
}

/** A node with other graphs, one for each that it has. */
export function nodeWithBodies(node: OnnxNode, bodies: readonly OnnxBody[]): OnnxNode {
  if (bodies.length === 0) return node;
  const left = [...bodies];
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => [name, isGraph(value) ? { graph: left.shift()! } : value] as const,
  );
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** A node over tensors of other names, those in its bodies among them. */
export function renamedNode(node: OnnxNode, nameOf: (tensor: string) => string): OnnxNode {
  const bodies = bodiesOf(node).map((body) => renamedBody(body, nameOf));
  return nodeWithBodies({ ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) }, bodies);
}

function renamedBody({ nodes, initializers, inputs, outputs }: OnnxBody, nameOf: (tensor: string) => string): OnnxBody {
  const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: nameOf(one.name) });
  return {
    nodes: nodes.map((node) => renamedNode(node, nameOf)),
    initializers: initializers.map(named),
    inputs: inputs.map(named),
    outputs: outputs.map(named),
  };
}

/** The tensors that a node reads: its inputs, and those of the graph around it that its bodies read. */
export function tensorsRead(node: OnnxNode): readonly string[] {
  return [...node.inputs, ...bodiesOf(node).flatMap(outerTensors)];
}

function outerTensors(body: OnnxBody): string[] {
  const own = new Set(ownTensors(body));
  return body.nodes.flatMap(tensorsRead).filter((tensor) => !own.has(tensor));
}

/** The tensors that a body and the bodies inside make. */
export function ownTensors({ nodes, initializers, inputs }: OnnxBody): readonly string[] {
  return [
    ...[...inputs, ...initializers].map(({ name }) => name),
    ...nodes.flatMap((node) => [...bodiesOf(node).flatMap(ownTensors), ...node.outputs]),
  ];
}
