/** Evaluation and batch-norm recalibration: forward passes at large batches, one program per batch size. */
import { optimise, sizeOf } from "onnx-grad";
import { requireSplit } from "../data/requireFit.ts";
import type { Split } from "../data/split.ts";
import { type StopSignal, throwIfInterrupted } from "../interruption.ts";
import { buildSpec } from "../networks/buildSpec.ts";
import type { NetworkSpec } from "../networks/networks.ts";
import { bindParameters } from "./bindParameters.ts";
import { compileGraph } from "./compileGraph.ts";
import { scoreLogits } from "./evaluation.ts";
import type { Platform } from "./platform.ts";
import type { Evaluation } from "./trainableModel.ts";

/** Examples per forward pass. Recalibration's is part of its definition; evaluation's keeps activations near the caches. */
const batchSizes = { recalibration: 1000, evaluation: 250 } as const;

/** The forward passes of a network and its running statistics. */
export interface EvaluationPrograms {
  readonly statistics: Readonly<Record<string, Float32Array>>;
  recalibrate(params: Float32Array, split: Split, signal?: StopSignal): Promise<void>;
  evaluate(params: Float32Array, split: Split, signal?: StopSignal): Promise<Evaluation>;
  close(): Promise<void>;
}

/** A forward pass at one batch size: its input buffer, outputs by name and a way to run it at given parameters. */
interface Forward {
  readonly inputs: Float32Array;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  /** Numbers behind each batch statistic, by layer. */
  readonly counts: Readonly<Record<string, number>>;
  run(params: Float32Array): Promise<void>;
  close(): Promise<void>;
}

/** How they are compiled. */
export interface EvaluationOptions {
  readonly platform: Platform;
  /** Dropout rate, which decides where masks would enter; they are off. */
  readonly dropout: number;
  readonly threads: number | undefined;
}

/** Programs are compiled at first use; a short last batch of a split has its own. */
export function evaluationPrograms(spec: NetworkSpec, options: EvaluationOptions): EvaluationPrograms {
  const statistics: Record<string, Float32Array> = {};
  for (const { name, mean, variance } of buildSpec(spec, { mode: "evaluation" }).runningStatistics) {
    statistics[`${name}.mean`] = new Float32Array(sizeOf(mean.shape));
    statistics[`${name}.variance`] = new Float32Array(sizeOf(variance.shape)).fill(1);
  }
  const compiled = new Map<string, Promise<Forward>>();
  const forward = (mode: "evaluation" | "recalibration", batch: number): Promise<Forward> => {
    const key = `${mode} ${batch}`;
    const program = compiled.get(key) ?? compileForward(spec, options, mode, batch, statistics);
    compiled.set(key, program);
    return program;
  };

  /** Runs `use` after the forward pass of each batch of the split, in order. @throws Interruption after a signal, InputError for a split that does not fit */
  async function overBatches(
    mode: "evaluation" | "recalibration",
    params: Float32Array,
    split: Split,
    signal: StopSignal,
    use: (program: Forward, start: number, count: number) => void,
  ): Promise<void> {
    requireSplit(spec, split, "evaluated");
    const exampleSize = sizeOf(spec.inputShape);
    const batch = batchSizes[mode];
    for (let start = 0; start < split.numExamples; start += batch) {
      throwIfInterrupted(signal);
      const count = Math.min(batch, split.numExamples - start);
      const program = await forward(mode, count);
      for (let i = 0; i < count; i++) split.readExampleInto(program.inputs, i * exampleSize, start + i);
      await program.run(params);
      use(program, start, count);
    }
  }

  return {
    statistics,
    async recalibrate(params, split, signal) {
      const sums = Object.fromEntries(
        Object.entries(statistics).map(([name, { length }]) => [name, new Float64Array(length)]),
      );
      await overBatches("recalibration", params, split, signal, ({ outputs, counts }, _, count) => {
        for (const [name, sum] of Object.entries(sums)) {
          const numbers = counts[name.replace(/\.(mean|variance)$/, "")]!;
          const correction = name.endsWith(".variance") ? numbers / Math.max(1, numbers - 1) : 1;
          const weight = (correction * count) / split.numExamples;
          outputs[name]!.forEach((value, i) => {
            sum[i]! += weight * value;
          });
        }
      });
      for (const [name, sum] of Object.entries(sums)) statistics[name]!.set(sum);
    },
    async evaluate(params, split, signal) {
      let lossSum = 0;
      let numWrong = 0;
      await overBatches("evaluation", params, split, signal, ({ outputs }, start, count) => {
        const scores = scoreLogits(outputs.logits!, spec.numClasses, count, (row) => split.labelOf(start + row));
        lossSum += scores.lossSum;
        numWrong += scores.numWrong;
      });
      const { numExamples } = split;
      return { loss: lossSum / numExamples, error: numWrong / numExamples, numExamples };
    },
    async close() {
      for (const program of compiled.values()) await (await program).close();
      compiled.clear();
    },
  };
}

async function compileForward(
  spec: NetworkSpec,
  { platform, dropout, threads }: EvaluationOptions,
  mode: "evaluation" | "recalibration",
  batch: number,
  statistics: Readonly<Record<string, Float32Array>>,
): Promise<Forward> {
  const network = buildSpec(spec, { mode, batch, dropout });
  const named =
    mode === "evaluation"
      ? { logits: network.logits }
      : Object.fromEntries(
          network.batchStatistics.flatMap(({ name, mean, variance }) => [
            [`${name}.mean`, mean],
            [`${name}.variance`, variance],
          ]),
        );
  const names = Object.keys(named);
  const values = optimise(Object.values(named));
  const graph = Object.fromEntries(values.map((value, i) => [names[i]!, value]));
  const program = await compileGraph(graph, { platform, threads });
  const inputs = new Float32Array(batch * sizeOf(spec.inputShape));
  const bind = (name: string, data: Float32Array): void => {
    if (program.inputs[name] !== undefined) program.bindInput(name, data);
  };
  bind("inputs", inputs);
  for (const [name, data] of Object.entries(statistics)) bind(name, data);
  const outputs = Object.fromEntries(
    values.map((value, i) => {
      const target = new Float32Array(sizeOf(value.shape));
      program.bindOutput(names[i]!, target);
      return [names[i]!, target];
    }),
  );
  const bindInputs = bindParameters(network.parameters, bind);
  return {
    inputs,
    outputs,
    counts: Object.fromEntries(network.batchStatistics.map(({ name, count }) => [name, count])),
    async run(params) {
      bindInputs(params);
      await program.run();
    },
    close: () => program.close(),
  };
}
