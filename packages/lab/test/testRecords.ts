/** Events and results for tests of what listens to them. */
import { type OptimizerName, optimizersByName } from "entropy-sgd";
import {
  type AnySplit,
  classification,
  type DataSet,
  type EvaluationEvent,
  type GradientEvent,
  networks,
  type OuterEvent,
  type PrimaryMetric,
  primaryResultOf,
  type RunResult,
  type StartEvent,
} from "entropy-sgd-training";
import type { RunModel } from "entropy-sgd-training/formats";
import type { RunParts } from "../src/runner/loadParts.ts";
import type { RunRecord } from "../src/runs/readRun.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";

/** What a run folder takes of a model with a weight of two numbers, a bias and one batch-norm statistic. */
export const threeWeights: RunModel = {
  layout: [
    { name: "w", shape: [2, 1], offset: 0, kind: "weight" },
    { name: "b", shape: [1], offset: 2, kind: "bias" },
  ],
  statistics: { "bn1.mean": Float32Array.of(9) },
};

/** A network by name with data for it. */
export function partsOf(network: string, data: DataSet<AnySplit>): RunParts {
  return { data, spec: networks[network]!, task: classification(), files: null, notes: [] };
}

export function startEvent(): StartEvent {
  const names = { network: "lenet", optimizer: "sgd", preset: null, seed: 1 };
  const plan = { batchSize: 128, totalGradients: 80, gradientsPerEpoch: 40, innerSteps: 20 };
  return { type: "start", ...names, numParams: 3, ...plan };
}

export function gradientAt(gradients: number, batchLoss = 0.5): GradientEvent {
  const innerStep = ((gradients - 1) % 20) + 1;
  return { type: "gradient", gradients, innerStep, batchLoss, scope: 1e-4, secondsPerGradient: 0.02 };
}

export function outerAt(gradients: number): OuterEvent {
  const norms = { distance: null, localEntropyGradientNorm: null, gradientNorm: 1 };
  const position = { gradients, effectiveEpochs: gradients / 40 };
  return { type: "outer", ...position, batchLoss: 1 / gradients, learningRate: 0.1, scope: null, ...norms };
}

export function evaluationAt(gradients: number, testError: number, params: readonly number[]): EvaluationEvent {
  const errors = { validationLoss: 0.1, validationError: testError, testLoss: 0.1, testError };
  const position = { gradients, effectiveEpochs: gradients / 40, seconds: gradients };
  return { type: "evaluation", ...position, ...errors, params: Float32Array.from(params) };
}

export function resultWith(changes: Partial<RunResult>): RunResult {
  return {
    network: "lenet",
    optimizer: "sgd",
    preset: null,
    seed: 1,
    numParams: 3,
    gradientEvaluations: 80,
    effectiveEpochs: 2,
    trainLoss: 0.05,
    validationError: 0.02,
    testError: 0.02,
    bestTestError: 0.02,
    minTestError: 0.02,
    seconds: 80,
    msPerGradient: 10,
    interrupted: false,
    reason: "budget",
    rollbacks: 0,
    ...changes,
  };
}

/** A run of an optimizer with test errors at 40 and 80 gradients. */
export function recordOf(
  optimizer: string,
  seed: number,
  errors: readonly number[],
  changes: Partial<RunResult> = {},
): RunRecord {
  const settings = resolveSettings({ network: "lenet", optimizer, budget: 2, seed });
  const { hasInnerLoop } = optimizersByName[optimizer as OptimizerName];
  const outers = [20, 40, 60, 80].map((gradients) => ({
    ...outerAt(gradients),
    ...(hasInnerLoop ? { scope: 1e-4, distance: 2 / gradients, localEntropyGradientNorm: 1e-4 / gradients } : {}),
  }));
  const evaluations = errors.map((error, i) => {
    const { params: _, ...event } = evaluationAt(40 * (i + 1), error, []);
    return event;
  });
  const environment = {
    node: "v20",
    onnxRuntime: "1.30.0",
    platform: "linux x64",
    processor: "<test>",
    cores: 2,
    threads: 2,
    ...{ device: "cpu" as const, provider: "CPUExecutionProvider", adapter: null },
  };
  const preset = settings.preset;
  const start = { ...startEvent(), optimizer, preset, seed };
  const testError = errors.at(-1) ?? null;
  const result = resultWith({ optimizer, preset, seed, testError, bestTestError: testError, ...changes });
  const name = `${optimizer}-${seed}`;
  return {
    name,
    settings,
    environment,
    start,
    outers,
    evaluations,
    resumes: [],
    rollbacks: [],
    extensions: [],
    warnings: [],
    result,
    seal: { sealed: true, edits: [] },
  };
}

/** The run as one of another task: its errors are values of the task's metric, on validation too. */
export function judgedBy(record: RunRecord, metric: PrimaryMetric): RunRecord {
  const evaluations = record.evaluations.map((event) => ({
    ...event,
    validationError: null,
    testError: null,
    validationMetrics: { [metric.name]: event.validationError, r2: 0.5 },
    testMetrics: { [metric.name]: event.testError, r2: 0.75 },
    primary: metric,
  }));
  const none = { validationError: null, testError: null, bestTestError: null, minTestError: null };
  const primary = primaryResultOf(evaluations, record.result?.reason !== "budget", metric);
  return {
    ...record,
    start: { ...record.start, task: "own", primary: metric },
    evaluations,
    result: record.result && { ...record.result, ...none, task: "own", primary },
  };
}
