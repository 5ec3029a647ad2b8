/** Differentiable graphs: operations, derivatives, rewriting, the interpreter and programs of ONNX Runtime. */
export { gradients, hvp } from "./derivative/gradients.ts";
export { topological } from "./graph/topological.ts";
export { type DType, type OpName, type Shape, sizeOf, type Value } from "./graph/value.ts";
export type { FloatArray, Precision } from "./interpreter/arrays.ts";
export { evaluate, type Feeds } from "./interpreter/evaluate.ts";
export type { Device } from "./lowering/dialects.ts";
export {
  elu,
  type GeluOptions,
  gelu,
  type HardSigmoidOptions,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  prelu,
  selu,
  silu,
  softplus,
} from "./ops/activations.ts";
export { abs, type ClipOptions, clip, expm1, minimum, neg, reciprocal, sign } from "./ops/arithmetic.ts";
export { type AttentionMaskOptions, attention } from "./ops/attention.ts";
export {
  greaterOrEqual,
  less,
  lessOrEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
} from "./ops/comparisons.ts";
export { type ConvolutionOptions, conv2d, conv2dInputGradient, conv2dWeightGradient } from "./ops/convolution.ts";
export {
  add,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  greater,
  log,
  maximum,
  mul,
  pow,
  relu,
  round,
  sigmoid,
  sin,
  sqrt,
  stopGradient,
  sub,
  tanh,
  where,
} from "./ops/elementwise.ts";
export { globalAveragePool, globalMaxPool } from "./ops/globalPooling.ts";
export { type ArgMaxOptions, argMax, gather, scatterAdd } from "./ops/indexing.ts";
export { broadcastTo, concat, pad, reshape, slice, transpose } from "./ops/layout.ts";
export { constant, input } from "./ops/leaves.ts";
export {
  binaryCrossEntropyWithLogits,
  huberLoss,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
} from "./ops/losses.ts";
export { type GemmOptions, gemm, type MatmulOptions, matmul } from "./ops/matmul.ts";
export {
  groupNorm,
  instanceNorm,
  type LayerNormOptions,
  layerNorm,
  type NormalisationOptions,
} from "./ops/normalisation.ts";
export { l1Norm, l2Norm, reduceMin, reduceProduct } from "./ops/norms.ts";
export { repeat, split, tile } from "./ops/pieces.ts";
export {
  type AveragePoolOptions,
  averagePool,
  averagePoolGradient,
  maxPool,
  type PoolOptions,
  poolGather,
  poolScatter,
} from "./ops/pooling.ts";
export {
  type CumulativeSumOptions,
  cumulativeSum,
  moments,
  oneHot,
  pick,
  type ReduceOptions,
  reduceMax,
  reduceMean,
  reduceSum,
} from "./ops/reductions.ts";
export {
  type Coordinates,
  type NearestRounding,
  type ResizeNearestOptions,
  type ResizeOptions,
  resizeLinear,
  resizeNearest,
} from "./ops/resize.ts";
export { type ScanOptions, type ScanResult, type ScanStep, scan } from "./ops/scan.ts";
export {
  type AveragePool1dOptions,
  averagePool1d,
  type Convolution1dOptions,
  type ConvTranspose1dOptions,
  conv1d,
  convTranspose1d,
  maxPool1d,
  type Pool1dOptions,
} from "./ops/sequences.ts";
export { logSoftmax, logSumExp, type SoftmaxOptions, softmax } from "./ops/softmax.ts";
export { type ConvTransposeOptions, convTranspose2d } from "./ops/transposedConvolution.ts";
export type { AutoPad, Pair, WindowOptions } from "./ops/window.ts";
export { addRowsInto } from "./program/addRowsInto.ts";
export { type BatchedProgram, batchedProgram } from "./program/batchedProgram.ts";
export { type CompileOptions, compile } from "./program/compile.ts";
export { compileScattered } from "./program/compileScattered.ts";
export { interpret } from "./program/interpret.ts";
export type { OnnxRuntime } from "./program/onnxRuntime.ts";
export type { Program, ProgramArray, Transfers } from "./program/program.ts";
export { optimise } from "./rewrite/optimise.ts";
export { type NoiseEntry, type NoiseInput, withActivationNoise } from "./rewrite/withActivationNoise.ts";
