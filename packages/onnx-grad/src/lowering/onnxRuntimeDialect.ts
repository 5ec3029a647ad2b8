import { layOutBatchLast } from "../rewrite/layOutBatchLast.ts";
import type { Dialect } from "./dialect.ts";
import { fusionsWith } from "./fusions.ts";
import { lowerConvolution } from "./lowerConvolution.ts";
import { oneHotProduct } from "./oneHotProduct.ts";
import { primitives } from "./primitives.ts";
import { labelTerm } from "./softmaxGradient.ts";

/** The operators that ONNX Runtime runs fastest on a processor, its own among them: for programs that run at once. */
export const onnxRuntimeDialect: Dialect = {
  layOut: layOutBatchLast,
  fusions: [oneHotProduct, labelTerm, ...fusionsWith(lowerConvolution)],
  primitives,
};
