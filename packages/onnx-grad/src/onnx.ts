/** ONNX models read as networks. */

export type { ExternalData, ExternalDataReader } from "./onnx/read/storedTensor.ts";
export { type OnnxModel, type ReadOnnxOptions, readOnnx } from "./onnx/readOnnx.ts";
