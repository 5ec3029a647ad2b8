import type { Dialect } from "./dialect.ts";
import { fusions } from "./fusions.ts";
import { primitives } from "./primitives.ts";

/** The operators that ONNX Runtime's WebGPU provider runs on the device. */
export const webgpuDialect: Dialect = { fusions, primitives };
