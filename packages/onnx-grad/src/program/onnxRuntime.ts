import type { InferenceSession, Tensor } from "onnxruntime-common";

/**
 * The parts of ONNX Runtime used here: pass the module `onnxruntime-node` or `onnxruntime-web`.
 *
 * @remarks From 1.30 on onnxruntime-node's Linux builds send telemetry to Microsoft unless `ORT_DISABLE_TELEMETRY=1` stands in
 * the environment when the first session is created. Set it in the shell, or in the main thread before the first session; a
 * worker thread's environment is a copy that native code does not see.
 */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: "float32" | "int32", data: Float32Array | Int32Array, dims: readonly number[]) => Tensor;
}
