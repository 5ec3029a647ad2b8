/** Measuring a loss around a point: curvature, flatness, local entropy, saddles, and the statistics of such measurements. */
export { type DenseHessian, denseHessian } from "./curvature/denseHessian.ts";
export {
  type Eigenpair,
  type ExtremeEigenpairs,
  type ExtremeEigenpairsOptions,
  extremeEigenpairs,
} from "./curvature/extremeEigenpairs.ts";
export { type FiniteDifferenceOptions, finiteDifferenceHessian, hessianAt } from "./curvature/hessianAt.ts";
export { hessianTrace, type TraceEstimate, type TraceOptions } from "./curvature/hessianTrace.ts";
export { extremeRitzVectors, type LanczosOptions, type LanczosResult, lanczos } from "./curvature/lanczos.ts";
export { magnitudeRelative } from "./curvature/magnitudeRelative.ts";
export { type NearZeroShare, nearZeroShare } from "./curvature/nearZeroShare.ts";
export {
  type SpectralDensity,
  type SpectralDensityOptions,
  type SpectralProbe,
  spectralDensity,
} from "./curvature/spectralDensity.ts";
export {
  type SymmetricEigen,
  type SymmetricMatrix,
  symmetricEigen,
  symmetricEigenvalues,
  symmetricEigenvaluesInTurns,
} from "./curvature/symmetricEigen.ts";
export { type SymmetricOperator, symmetricOperator } from "./curvature/symmetricOperator.ts";
export { type Tridiagonal, tridiagonalEigen } from "./curvature/tridiagonalEigen.ts";
export { type AscentSharpness, type AscentSharpnessOptions, ascentSharpness } from "./flatness/ascentSharpness.ts";
export { type NoiseRise, noiseRise, type ScoreAt, type WeightNoiseOptions } from "./flatness/noiseRise.ts";
export { type PacBayesOptions, type PacBayesSigma, pacBayesSigma } from "./flatness/pacBayesSigma.ts";
export { couplingEntropy } from "./localEntropy/couplingEntropy.ts";
export { type CubeLocalEntropyOptions, cubeLocalEntropy } from "./localEntropy/cubeLocalEntropy.ts";
export { type EntropyBounds, entropyBounds, withinBounds } from "./localEntropy/entropyBounds.ts";
export { type GridLocalEntropyOptions, gridLocalEntropy } from "./localEntropy/gridLocalEntropy.ts";
export type { LadderEstimate, RungSummary } from "./localEntropy/ladderEstimate.ts";
export { type LaplaceEstimate, type LaplaceOptions, laplaceEntropy } from "./localEntropy/laplaceEntropy.ts";
export type { LocalEntropyEstimate, Neighbourhood } from "./localEntropy/localEntropyEstimate.ts";
export { scopeEntropy } from "./localEntropy/scopeEntropy.ts";
export { logMeanExpEntropy, smoothedLossBound } from "./localEntropy/smoothedLoss.ts";
export { type LadderOptions, ladderEvaluations } from "./localEntropy/temperedLadders.ts";
export type { GaussianDrawsOptions } from "./localEntropy/weightedDraws.ts";
export {
  type CriticalPoint,
  type CriticalPointOptions,
  findCriticalPoint,
} from "./saddles/findCriticalPoint.ts";
export { type LbfgsOptions, type LbfgsResult, lbfgs } from "./saddles/lbfgs.ts";
export { type MinresOptions, type MinresResult, minres } from "./saddles/minres.ts";
export {
  type Difference,
  type DifferenceOptions,
  differenceOfMeans,
  judgedDifference,
  type PairedDifference,
  pairedDifference,
  type Sampled,
  unpairedDifference,
} from "./statistics/difference.ts";
export { type MeanEstimate, meanEstimate } from "./statistics/meanEstimate.ts";
export { type RankCorrelation, rankCorrelation } from "./statistics/rankCorrelation.ts";
export { studentCdf, studentQuantile } from "./statistics/student.ts";
