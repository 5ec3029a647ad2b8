/** Small models written in the format, for tests of the reader. */
import { attributeTypes, elementTypes, encodeModel } from "../../src/onnx/modelProto.ts";

/** A tensor of floats, or of int64 where `ints` is given. */
export interface TensorSpec {
  readonly dims: readonly number[];
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
}

/** `TensorProto` of a spec. */
function tensorMessage(name: string, { dims, floats, ints }: TensorSpec): object {
  return ints === undefined
    ? { name, dims, dataType: elementTypes.float32, floatData: floats }
    : { name, dims, dataType: elementTypes.int64, int64Data: ints };
}

type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: TensorSpec }
  | { readonly graph: GraphSpec };

/** A node: operator, inputs, outputs, attributes. */
export type NodeSpec = readonly [
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, Attribute>>,
];

/** A graph by its parts. */
export interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
  readonly initializers?: Readonly<Record<string, TensorSpec>>;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  /** Inputs of int64. */
  readonly integers?: readonly string[];
}

/** A model by its parts. */
export interface ModelSpec extends GraphSpec {
  readonly opset?: number;
}

function attributeMessage([name, value]: readonly [string, Attribute]): object {
  if (typeof value === "number") return { name, i: value, type: attributeTypes.int };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: attributeTypes.string };
  if ("float" in value) return { name, f: value.float, type: attributeTypes.float };
  if ("graph" in value) return { name, g: graphMessage(value.graph), type: attributeTypes.graph };
  if ("tensor" in value) return { name, t: tensorMessage("", value.tensor), type: attributeTypes.tensor };
  return { name, ints: value, type: attributeTypes.ints };
}

/** The bytes of a model. */
export function modelBytes({ opset = 17, ...graph }: ModelSpec): Uint8Array {
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    graph: graphMessage(graph),
  });
}

function graphMessage({ nodes, initializers = {}, inputs, outputs, integers = [] }: GraphSpec): object {
  return {
    name: "test",
    node: nodes.map(([opType, input, output, attributes = {}]) => ({
      opType,
      input,
      output,
      name: `${opType}_${output[0]}`,
      attribute: Object.entries(attributes).map(attributeMessage),
    })),
    initializer: Object.entries(initializers).map(([name, spec]) => tensorMessage(name, spec)),
    input: Object.entries(inputs).map(([name, sizes]) => ({
      name,
      type: {
        tensorType: {
          elemType: integers.includes(name) ? elementTypes.int64 : elementTypes.float32,
          shape: { dim: sizes.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size })) },
        },
      },
    })),
    output: outputs.map((name) => ({ name, type: { tensorType: { elemType: elementTypes.float32 } } })),
  };
}

const ramp = (dims: readonly number[]): TensorSpec => ({
  dims,
  floats: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1) / 2),
});

/** A convolution with batch norm, its shape worked out by the graph, a dropout and a dense layer, as PyTorch writes them. */
export const convolutional: ModelSpec = {
  nodes: [
    ["Conv", ["x", "conv.weight", "conv.bias"], ["c"], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }],
    ["BatchNormalization", ["c", "bn.weight", "bn.bias", "bn.mean", "bn.var"], ["n"], { epsilon: { float: 1e-5 } }],
    ["Relu", ["n"], ["r"]],
    ["MaxPool", ["r"], ["p"], { kernel_shape: [2, 2], strides: [2, 2] }],
    ["Shape", ["p"], ["s"]],
    ["Constant", [], ["zero"], { value: { tensor: { dims: [], ints: [0] } } }],
    ["Gather", ["s", "zero"], ["b"]],
    ["Constant", [], ["axes"], { value: { tensor: { dims: [1], ints: [0] } } }],
    ["Unsqueeze", ["b", "axes"], ["b1"]],
    ["Constant", [], ["rest"], { value: { tensor: { dims: [1], ints: [-1] } } }],
    ["Concat", ["b1", "rest"], ["shape"], { axis: 0 }],
    ["Reshape", ["p", "shape"], ["f"]],
    ["Dropout", ["f"], ["d"]],
    ["Gemm", ["d", "fc.weight", "fc.bias"], ["logits"], { transB: 1 }],
  ],
  initializers: {
    "conv.weight": ramp([2, 1, 3, 3]),
    "conv.bias": ramp([2]),
    "bn.weight": { dims: [2], floats: [1, 1.5] },
    "bn.bias": { dims: [2], floats: [0.1, -0.1] },
    "bn.mean": { dims: [2], floats: [0.2, 0.3] },
    "bn.var": { dims: [2], floats: [0.5, 0.25] },
    "fc.weight": ramp([3, 8]),
    "fc.bias": ramp([3]),
  },
  inputs: { x: ["batch", 1, 4, 4] },
  outputs: ["logits"],
};
