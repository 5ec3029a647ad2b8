/** A trained network that answers for new examples: without the data that it was trained on. */
import {
  type AnySplit,
  type DeviceChoice,
  type Evaluation,
  type Examples,
  evaluationPrograms,
  fittedExamples,
  type NetworkSpec,
  type Preparation,
  type StopSignal,
  type Task,
  type UseOutputs,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { loadNetwork, type ShapedSplit, shapesOf } from "../runner/loadParts.ts";
import { usedDevice } from "../runner/usedDevice.ts";
import { readPreparation } from "../runs/preparationFile.ts";
import { type RunRecord, readRun } from "../runs/readRun.ts";
import { requireSolution, solutionOf } from "./solution.ts";

/** A run's network with its weights and statistics. */
export interface DeployedModel {
  readonly record: RunRecord;
  readonly spec: NetworkSpec;
  readonly task: Task;
  /** How its data were read. */
  readonly preparation: Preparation;
  /** x, shape (n,). */
  readonly params: Float32Array;
  /** Batch-norm statistics by name. */
  readonly statistics: Readonly<Record<string, Float32Array>>;
  /** The examples as the network takes them. */
  fitted<E extends Examples>(examples: E): E;
  /** Calls `use` with the outputs of each batch of fitted examples. @throws Interruption after a signal */
  outputs(examples: Examples, use: UseOutputs, signal?: StopSignal): Promise<void>;
  /** Loss and metrics over a split, of a text over the whole of it. @throws Interruption after a signal */
  evaluate(split: AnySplit, signal?: StopSignal): Promise<Evaluation>;
  close(): Promise<void>;
}

/** What a run's network computes with. */
export interface DeployedOptions {
  readonly threads?: number | undefined;
  /** `cpu` when absent. */
  readonly device?: DeviceChoice | undefined;
  /** Tokens of a window, of a network for texts; those of its training when absent. */
  readonly steps?: number;
}

/**
 * Loads the model of a run. Programs are compiled at first use.
 *
 * @throws InputError for a device that is not there, for a run without a solution, without preparation.json, or whose network has changed
 */
export async function deployedModel(
  path: string,
  { threads, device: choice, steps }: DeployedOptions = {},
): Promise<DeployedModel> {
  const record = readRun(path);
  requireSolution(path, record);
  const preparation = readPreparation(path);
  const { task, networkFor } = await loadNetwork(record.settings, path);
  const { spec } = networkFor(() => shapesOf(task, shapedBy(preparation, steps)));
  const { device } = await usedDevice(choice ?? "cpu");
  const { params, statistics } = solutionOf(path, record, spec);
  const programs = evaluationPrograms(spec, {
    platform: nodePlatform,
    device,
    task,
    dropout: record.settings.dropout,
    threads,
  });
  for (const [name, own] of Object.entries(programs.statistics)) own.set(statistics[name]!);
  return {
    record,
    spec,
    task,
    preparation,
    params,
    statistics: programs.statistics,
    fitted: (examples) => fittedExamples(spec, examples),
    outputs: (examples, use, signal) => programs.outputs(params, examples, use, signal),
    evaluate: (split, signal) => programs.evaluate(params, split, signal),
    close: programs.close,
  };
}

function shapedBy({ inputShape, classNames, targetShape, text }: Preparation, steps: number | undefined): ShapedSplit {
  if (text !== undefined && steps !== undefined) {
    return { inputShape: [steps], targetShape: [steps], numClasses: classNames!.length };
  }
  const classes = classNames === null ? {} : { numClasses: classNames.length };
  return targetShape === null ? { inputShape, numClasses: 0, ...classes } : { inputShape, targetShape, ...classes };
}
