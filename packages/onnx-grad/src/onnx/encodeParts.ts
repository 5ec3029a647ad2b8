/** The bytes of an ONNX model from its parts. */
import type { DType, Shape } from "../graph/value.ts";
import { attributeTypes, elementTypes, encodeModel } from "./modelProto.ts";

/** An attribute: an integer, a list of integers, a float ({ float }), a string, a list of floats ({ floats }) or a graph ({ graph }). */
export type OnnxAttribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | string
  | { readonly floats: Float32Array }
  | { readonly graph: OnnxBody };

/** The body of a node: it may read tensors of the graph around it too. */
export interface OnnxBody {
  /** In the order of execution. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** A node; an input "" is an absent one. */
export interface OnnxNode {
  /** That of its first output by default. */
  readonly name?: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly domain: string;
}

/** A stored tensor, its elements as they lie in memory. */
export interface Initializer {
  readonly name: string;
  readonly dims: Shape;
  readonly type: DType | "int64";
  readonly data: Uint8Array;
}

/** An input or an output: a tensor with its sizes, some of them named, or a sequence of float tensors. */
export type ValueInfo =
  | { readonly name: string; readonly type: DType | "int64"; readonly shape: readonly (number | string)[] }
  | { readonly name: string; readonly type: "sequence" };

/** What a model is made of. */
export interface ModelParts extends OnnxBody {
  readonly producer: { readonly name: string; readonly version?: string };
  /** Versions of operators by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Whether an attribute is a graph. */
export const isGraph = (value: OnnxAttribute): value is { readonly graph: OnnxBody } =>
  typeof value === "object" && "graph" in value;

/** The model as a file holds it, of version 8 of the format. */
export function encodeParts(parts: ModelParts): Uint8Array {
  const { producer, opsets, metadata = {} } = parts;
  return encodeModel({
    irVersion: 8,
    producerName: producer.name,
    ...(producer.version === undefined ? {} : { producerVersion: producer.version }),
    opsetImport: Object.entries(opsets).map(([domain, version]) => ({ domain, version })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: graphMessage("graph", parts),
  });
}

function graphMessage(name: string, { nodes, initializers, inputs, outputs }: OnnxBody): object {
  return {
    name,
    node: nodes.map(({ name = "", opType, inputs: from, outputs: to, attributes, domain }) => ({
      opType,
      name: name || to[0],
      input: from,
      output: to,
      domain,
      attribute: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)),
    })),
    initializer: initializers.map(({ name, dims, type, data }) => ({
      name,
      dims,
      dataType: elementTypes[type],
      rawData: data,
    })),
    input: inputs.map(valueMessage),
    output: outputs.map(valueMessage),
  };
}

function attributeMessage(name: string, value: OnnxAttribute): object {
  if (typeof value === "number") return { name, i: value, type: attributeTypes.int };
  if (typeof value === "string") return { name, s: asciiBytes(value), type: attributeTypes.string };
  if ("float" in value) return { name, f: value.float, type: attributeTypes.float };
  if (isGraph(value)) return { name, g: graphMessage(name, value.graph), type: attributeTypes.graph };
  if ("floats" in value) return { name, floats: Array.from(value.floats), type: attributeTypes.floats };
  return { name, ints: value, type: attributeTypes.ints };
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function valueMessage(info: ValueInfo): object {
  const { name } = info;
  if (info.type === "sequence") {
    return { name, type: { sequenceType: { elemType: { tensorType: { elemType: elementTypes.float32 } } } } };
  }
  const dim = info.shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypes[info.type], shape: { dim } } } };
}
