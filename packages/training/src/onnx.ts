/** ONNX models as networks to train; no Node API. */
export { networkFromOnnx, type OnnxNetwork, type OnnxNetworkOptions } from "./networks/networkFromOnnx.ts";
