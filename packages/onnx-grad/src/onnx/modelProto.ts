/**
 * The part of the ONNX format that this package writes and reads, as a protocol-buffer description.
 *
 * Field numbers and enumerations are those of the standard's `onnx.proto3`.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
import { decodeByTable, encodeByTable, type MessageTable } from "./protobuf.ts";

/** The messages by our names for them. */
export const onnxMessages: MessageTable = {
  Model: {
    irVersion: ["int64", 1],
    producerName: ["string", 2],
    producerVersion: ["string", 3],
    graph: ["Graph", 7],
    opsetImport: ["OperatorSet", 8, "repeated"],
    metadataProps: ["StringEntry", 14, "repeated"],
  },
  StringEntry: { key: ["string", 1], value: ["string", 2] },
  OperatorSet: { domain: ["string", 1], version: ["int64", 2] },
  Graph: {
    node: ["Node", 1, "repeated"],
    name: ["string", 2],
    initializer: ["Tensor", 5, "repeated"],
    input: ["ValueInfo", 11, "repeated"],
    output: ["ValueInfo", 12, "repeated"],
    sparseInitializer: ["SparseTensor", 15, "repeated"],
  },
  SparseTensor: { values: ["Tensor", 1] },
  Node: {
    input: ["string", 1, "repeated"],
    output: ["string", 2, "repeated"],
    name: ["string", 3],
    opType: ["string", 4],
    attribute: ["Attribute", 5, "repeated"],
    domain: ["string", 7],
  },
  Attribute: {
    name: ["string", 1],
    f: ["float", 2],
    i: ["int64", 3],
    s: ["bytes", 4],
    t: ["Tensor", 5],
    g: ["Graph", 6],
    floats: ["float", 7, "repeated"],
    ints: ["int64", 8, "repeated"],
    strings: ["bytes", 9, "repeated"],
    type: ["int32", 20],
    refAttrName: ["string", 21],
  },
  Tensor: {
    dims: ["int64", 1, "repeated"],
    dataType: ["int32", 2],
    floatData: ["float", 4, "repeated"],
    int32Data: ["int32", 5, "repeated"],
    int64Data: ["int64", 7, "repeated"],
    name: ["string", 8],
    rawData: ["bytes", 9],
    doubleData: ["double", 10, "repeated"],
    uint64Data: ["uint64", 11, "repeated"],
    externalData: ["StringEntry", 13, "repeated"],
    dataLocation: ["int32", 14],
  },
  ValueInfo: { name: ["string", 1], type: ["Type", 2] },
  Type: { tensorType: ["TensorType", 1], sequenceType: ["SequenceType", 4] },
  SequenceType: { elemType: ["Type", 1] },
  TensorType: { elemType: ["int32", 1], shape: ["TensorShape", 2] },
  TensorShape: { dim: ["Dimension", 1, "repeated"] },
  Dimension: { dimValue: ["int64", 1], dimParam: ["string", 2] },
};

/** `TensorProto.DataType`. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** A type of elements by our name for it. */
export type ElementType = keyof typeof elementTypes;

/** `AttributeProto.AttributeType`. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** Serialises a model given by the names above (camel case). */
export function encodeModel(model: Readonly<Record<string, unknown>>): Uint8Array {
  return encodeByTable(onnxMessages, "Model", model);
}

/**
 * The messages `Model` and `Tensor`, as plain objects of the fields that are there.
 *
 * @throws RangeError or Error of protobufjs for bytes that are no such message
 */
export function decodeMessage(type: "Model" | "Tensor", bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return decodeByTable(onnxMessages, type, bytes);
}
