/** Evaluation and batch-norm recalibration: forward passes at large batches, one program per batch size. */
import { batchedProgram, sizeOf, type Value } from "onnx-grad";
import type { BatchStatistics, Network, RunningStatistics } from "onnx-grad/layers";
import { requireExamples, requireSplit } from "../data/requireFit.ts";
import type { AnySplit, Examples } from "../data/split.ts";
import { targetReader } from "../data/targetReader.ts";
import { isText } from "../data/textSplit.ts";
import { type StopSignal, throwIfInterrupted } from "../interruption.ts";
import { buildSpec } from "../networks/buildSpec.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import { classification } from "../tasks/classification.ts";
import type { Targets } from "../tasks/task.ts";
import { bindParameters } from "./bindParameters.ts";
import { compileGraph } from "./compileGraph.ts";
import type { EvaluationOptions } from "./evaluationOptions.ts";
import { textEvaluation } from "./textEvaluation.ts";
import type { Evaluation } from "./trainableModel.ts";

/** Examples per forward pass. Recalibration's is part of its definition; evaluation's keeps activations near the caches. */
const batchSizes = { recalibration: 1000, evaluation: 250 };

/** The forward passes of a network and its running statistics. */
export interface EvaluationPrograms {
  readonly statistics: Readonly<Record<string, Float32Array>>;
  recalibrate(params: Float32Array, split: AnySplit, signal?: StopSignal): Promise<void>;
  evaluate(params: Float32Array, split: AnySplit, signal?: StopSignal): Promise<Evaluation>;
  /**
   * The outputs of each batch of examples, in order: `use` is called with those of `count` examples from `start` on, which it may
   * read until the next batch. Cost: one forward pass over the examples.
   *
   * @throws InputError for examples of another shape; Interruption after a signal, between two batches
   */
  outputs(params: Float32Array, examples: Examples, use: UseOutputs, signal?: StopSignal): Promise<void>;
  close(): Promise<void>;
}

/** Takes the outputs of `count` examples from `start` on, shape (count, ...outputShape). */
export type UseOutputs = (outputs: Float32Array, start: number, count: number) => void;

/** Programs are compiled at first use; a short last batch of a split has its own. */
export function evaluationPrograms(spec: NetworkSpec, options: EvaluationOptions): EvaluationPrograms {
  const evaluation = splitPasses(spec, options, "evaluation", ({ logits }) => ({ logits }));
  const recalibration = splitPasses(spec, options, "recalibration", ({ batchStatistics }) =>
    momentsOf(batchStatistics),
  );
  const { task = classification() } = options;
  const texts = textEvaluation(spec, options, task);
  const { dtype, shape: targetShape } = task.targetsOf(spec.outputShape);
  const targetSize = sizeOf(targetShape);
  const targetsFor = (count: number): Targets =>
    dtype === "int32" ? new Int32Array(count * targetSize) : new Float32Array(count * targetSize);
  const { runningStatistics } = buildSpec(spec, { mode: "evaluation" });
  const statistics: Record<string, Float32Array> = {};
  for (const [name, { shape }] of Object.entries(momentsOf(runningStatistics))) {
    const data = new Float32Array(sizeOf(shape)).fill(name.endsWith(".variance") ? 1 : 0);
    const stored = spec.statistics?.[name];
    if (stored !== undefined) data.set(stored);
    statistics[name] = data;
    evaluation.bindInput(name, data);
    texts.bindInput(name, data);
  }

  return {
    statistics,
    async recalibrate(params, split, signal) {
      requireSplit({ ...spec, task }, split, "evaluated");
      const { batchStatistics } = buildSpec(spec, { mode: "recalibration" });
      const numbersPerExample = new Map(batchStatistics.map(({ name, count }) => [name, count]));
      const sums = Object.fromEntries(
        Object.entries(statistics).map(([name, { length }]) => [name, new Float64Array(length)]),
      );
      await recalibration.overBatches(params, split, signal, (outputs, _, count) => {
        for (const [name, sum] of Object.entries(sums)) {
          const numbers = count * numbersPerExample.get(name.replace(/\.(mean|variance)$/, ""))!;
          const correction = name.endsWith(".variance") ? numbers / Math.max(1, numbers - 1) : 1;
          const weight = (correction * count) / split.numExamples;
          outputs[name]!.forEach((value, i) => {
            sum[i]! += weight * value;
          });
        }
      });
      for (const [name, sum] of Object.entries(sums)) statistics[name]!.set(sum);
    },
    async outputs(params, examples, use, signal) {
      requireExamples(spec, examples, "given");
      await evaluation.overBatches(params, examples, signal, ({ logits }, start, count) => use(logits, start, count));
    },
    async evaluate(params, split, signal) {
      if (isText(split)) return texts.evaluate(params, split, signal);
      requireSplit({ ...spec, task }, split, "evaluated");
      const { add, scores } = task.scorer(spec.outputShape);
      const readTarget = targetReader(split);
      await evaluation.overBatches(params, split, signal, ({ logits }, start, count) => {
        const targets = targetsFor(count);
        for (let i = 0; i < count; i++) readTarget(targets, i * targetSize, start + i);
        add(logits, targets, count);
      });
      return { ...scores(), numExamples: split.numExamples };
    },
    async close() {
      await evaluation.close();
      await recalibration.close();
      await texts.close();
    },
  };
}

/** Means and variances by name. */
function momentsOf(statistics: readonly (BatchStatistics | RunningStatistics)[]): Record<string, Value> {
  return Object.fromEntries(
    statistics.flatMap(({ name, mean, variance }) => [
      [`${name}.mean`, mean],
      [`${name}.variance`, variance],
    ]),
  );
}

/** Forward passes over splits in one mode. */
function splitPasses<Name extends string>(
  spec: NetworkSpec,
  { platform, device = "cpu", dropout, threads }: EvaluationOptions,
  mode: keyof typeof batchSizes,
  outputsOf: (network: Network) => Readonly<Record<Name, Value>>,
) {
  const program = batchedProgram(
    (batch) => outputsOf(buildSpec(spec, { mode, batch, dropout })),
    (outputs) => compileGraph(outputs, { platform, device, threads }),
  );
  const bindParams = bindParameters(buildSpec(spec, { mode }).parameters, program.bindInput);
  const exampleSize = sizeOf(spec.inputShape);
  let buffer = new Float32Array(0);
  return {
    bindInput: program.bindInput,
    close: program.close,
    /**
     * Calls `use` with the outputs of each batch, in order.
     *
     * @throws Interruption after a signal
     */
    async overBatches(
      params: Float32Array,
      split: Examples,
      signal: StopSignal,
      use: (outputs: Readonly<Record<Name, Float32Array>>, start: number, count: number) => void,
    ): Promise<void> {
      bindParams(params);
      const size = Math.min(batchSizes[mode], split.numExamples);
      if (buffer.length < size * exampleSize) buffer = new Float32Array(size * exampleSize);
      for (let start = 0; start < split.numExamples; start += size) {
        throwIfInterrupted(signal);
        const count = Math.min(size, split.numExamples - start);
        const inputs = buffer.subarray(0, count * exampleSize);
        for (let i = 0; i < count; i++) split.readExampleInto(inputs, i * exampleSize, start + i);
        use(await program.run(count, { inputs }), start, count);
      }
    },
  };
}
