/** ONNX models read as networks, and networks written as ONNX models. */

export type { LastActivation, ModelChanges } from "./onnx/read/changedFile.ts";
export type { ExternalData, ExternalDataReader } from "./onnx/read/storedTensor.ts";
export { type OnnxModel, type ReadOnnxOptions, readOnnx } from "./onnx/readOnnx.ts";
export { type EvaluationNetwork, type WriteOnnxOptions, writeOnnx } from "./onnx/writeOnnx.ts";
