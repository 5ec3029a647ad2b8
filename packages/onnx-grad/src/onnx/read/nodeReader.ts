/** A node of the file with its inputs read: what the handler of an operator sees. */
import type { Node, Shape, Value } from "../../graph/value.ts";
import type { NetworkContext } from "../../layers/network.ts";
import type { ElementType } from "../modelProto.ts";
import type { AttributeMessage, FileGraph, FileNode } from "./onnxFile.ts";
import { type StoredTensor, storedTensor } from "./storedTensor.ts";
import { floatOf, known, type Tensor } from "./tensor.ts";

/** A tensor of the graph, or one of the file that no operation has used yet. */
export type Operand = Tensor | { readonly stored: StoredTensor };

/** What a handler may ask for beside the node. */
export interface GraphState {
  readonly opset: number;
  readonly context: NetworkContext;
  /** Whether batch norm and dropout of inference are those of training. */
  readonly trainable: boolean;
  isParameter(stored: StoredTensor): boolean;
  /** Whether `value` is a parameter that will not move. */
  isFrozen(value: Value): boolean;
  /** A stored tensor as a parameter, or a constant where it is none. */
  declare(stored: StoredTensor): Tensor;
  /** A name of the network's that no other part has. */
  nameFor(name: string): string;
  /** The stored statistics of a trainable batch norm, for networks of evaluation. */
  keepStatistics(name: string, mean: readonly number[], variance: readonly number[]): void;
}

/** The inputs and attributes of one node. */
export interface NodeReader {
  readonly opType: string;
  readonly name: string;
  readonly opset: number;
  readonly state: GraphState;
  readonly numInputs: number;
  readonly numOutputs: number;
  has(input: number): boolean;
  /** A weight becomes a parameter here. */
  tensor(input: number): Tensor;
  /** The value of an input, of any dtype. */
  value(input: number): Value;
  /** The value of an input for arithmetic. */
  float(input: number): Value;
  type(input: number): ElementType;
  shape(input: number): Shape;
  /** The elements of an input that decides about shapes or is no weight. */
  known(input: number): readonly number[];
  knownValue(input: number): Node<"constant">;
  isKnown(input: number): boolean;
  number(attribute: string, otherwise: number): number;
  integer(attribute: string, otherwise: number): number;
  numbers(attribute: string): readonly number[] | undefined;
  integers(attribute: string): readonly number[] | undefined;
  text(attribute: string, otherwise: string): string;
  storedTensor(attribute: string): StoredTensor | undefined;
  hasAttribute(attribute: string): boolean;
  texts(attribute: string): readonly string[] | undefined;
  /** What the graph of an attribute gives for its inputs. */
  body(attribute: string, inputs: readonly Tensor[]): readonly Tensor[];
  /** An axis from the start; negative ones count from the end of `rank` axes. */
  axis(axis: number, rank: number): number;
}

/** The reader of `node`, whose inputs are `operands`; absent ones are undefined. */
export function nodeReader(
  node: FileNode,
  operands: readonly (Operand | undefined)[],
  numOutputs: number,
  state: GraphState,
  readBody: (body: FileGraph, inputs: readonly Tensor[]) => readonly Tensor[],
): NodeReader {
  const operand = (input: number): Operand => {
    const there = operands[input];
    if (there === undefined) throw new Error(`input ${input} is missing`);
    return there;
  };
  const tensor = (input: number): Tensor => {
    const there = operand(input);
    return "stored" in there ? state.declare(there.stored) : there;
  };
  const knownValue = (input: number): Node<"constant"> => {
    const there = operand(input);
    if ("stored" in there) return constantOf(there.stored);
    if (there.value.op !== "constant")
      throw new Error(`input ${input} ("${node.inputs[input]}") must be known when the model is read`);
    return there.value;
  };
  return {
    opType: node.opType,
    name: node.name,
    opset: state.opset,
    state,
    numInputs: operands.length,
    numOutputs,
    has: (input) => operands[input] !== undefined,
    tensor,
    value: (input) => tensor(input).value,
    float: (input) => floatOf(tensor(input).value),
    type: (input) => {
      const there = operand(input);
      return "stored" in there ? there.stored.type : there.type;
    },
    shape: (input) => {
      const there = operand(input);
      return "stored" in there ? there.stored.shape : there.value.shape;
    },
    known: (input) => knownValue(input).attributes.data,
    knownValue,
    isKnown: (input) => {
      const there = operand(input);
      return "stored" in there || there.value.op === "constant";
    },
    ...attributesOf(node.attributes),
    body(attribute, inputs) {
      const body = node.bodies.get(attribute);
      if (body === undefined) throw new Error(`the graph ${attribute} is missing`);
      return readBody(body, inputs);
    },
    axis(axis, rank) {
      const at = axis < 0 ? axis + rank : axis;
      if (Number.isInteger(at) && at >= 0 && at < Math.max(rank, 1)) return at;
      throw new Error(`axis ${axis} is none of ${rank}`);
    },
  };
}

/** A stored tensor as a constant of the graph. */
export function constantOf(stored: StoredTensor): Node<"constant"> {
  const data: number[] = [];
  stored.copyInto(data);
  return known(data, stored.shape);
}

type Attributes = Pick<
  NodeReader,
  "number" | "integer" | "numbers" | "integers" | "text" | "storedTensor" | "hasAttribute" | "texts"
>;

function attributesOf(attributes: ReadonlyMap<string, AttributeMessage>): Attributes {
  return {
    number: (name, otherwise) => numberOf(name, attributes.has(name) ? (attributes.get(name)!.f ?? 0) : otherwise),
    integer: (name, otherwise) => integerOf(name, attributes.has(name) ? (attributes.get(name)!.i ?? 0) : otherwise),
    numbers: (name) => attributes.get(name)?.floats,
    integers: (name) => attributes.get(name)?.ints.map((i) => integerOf(name, i)),
    text: (name, otherwise) => (attributes.has(name) ? textOf(attributes.get(name)!.s ?? new Uint8Array()) : otherwise),
    texts: (name) => attributes.get(name)?.strings.map(textOf),
    storedTensor(name) {
      const message = attributes.get(name)?.t;
      return message && storedTensor(message, message.name);
    },
    hasAttribute: (name) => attributes.has(name),
  };
}

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.slice(0, 1000));

function numberOf(name: string, value: number): number {
  if (Number.isNaN(value)) throw new Error(`attribute ${name} must be a number, got ${value}`);
  return value;
}

function integerOf(name: string, value: number): number {
  if (!Number.isInteger(value)) throw new Error(`attribute ${name} must be an integer, got ${value}`);
  return value;
}
