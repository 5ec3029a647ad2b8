/** The operators that ONNX Runtime's WebGPU provider runs on the device: rows that differ from those for a processor. */
import type { Dialect } from "./dialect.ts";
import { gatherAtMaxima, scatterAtMaxima } from "./firstMaxima.ts";
import { fusionsWith } from "./fusions.ts";
import { lowerSumOnDevice } from "./lowerSum.ts";
import { primitives } from "./primitives.ts";
import { cosine, sine } from "./sineOnDevice.ts";
import { convolve, inputGradient, weightGradient } from "./webgpuConvolution.ts";
import { argMax, gather, logSoftmax, oneHot, pick, product, round, scatterAdd, sumOfTerms } from "./webgpuForms.ts";

export const webgpuDialect: Dialect = {
  fusions: fusionsWith(convolve),
  primitives: {
    ...primitives,
    sin: ({ inputs: [x] }, context) => sine(context.nameOf(x!), context),
    cos: ({ inputs: [x] }, context) => cosine(context.nameOf(x!), context),
    round,
    logSoftmax,
    matmul: product,
    conv2d: convolve,
    conv2dInputGradient: inputGradient,
    conv2dWeightGradient: (value, context) => weightGradient(value, context),
    // Without positions, what needs them asks for masks.
    maxPoolIndices: ({ inputs: [x] }, { nameOf }) => nameOf(x!),
    poolGather: (value, context) => gatherAtMaxima(value, sumOfTerms, context),
    poolScatter: (value, context) => scatterAtMaxima(value, sumOfTerms, context),
    reduceSum: lowerSumOnDevice,
    argMax,
    gather,
    scatterAdd,
    oneHot,
    pick,
  },
};
