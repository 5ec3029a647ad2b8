import type { Dialect } from "./dialect.ts";
import { fusions } from "./fusions.ts";
import { primitives } from "./primitives.ts";

/** The operators that ONNX Runtime runs fastest on a processor, its own among them: for programs that run at once. */
export const onnxRuntimeDialect: Dialect = { fusions, primitives };
