/** All runs of the figure, side by side: every optimizer with every seed, from the same weights in the same order of data. */
import type { AnyState } from "entropy-sgd";
import {
  compileNetwork,
  type DataSet,
  interpreterPlatform,
  type NetworkSpec,
  type TrainableModel,
  type TrainEvent,
  train,
} from "entropy-sgd-training";
import type { NetworkSettings } from "./knobs.ts";
import { batchSize, boundaryOf, type OptimizerName, optimizerNames, optimizerOf } from "./setUp.ts";

/** Losses of one run at one evaluation. */
export interface Evaluated {
  readonly optimizer: OptimizerName;
  readonly seed: number;
  readonly gradients: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Share of wrong answers. */
  readonly trainError: number;
  readonly testError: number;
}

/** A run under way. */
export interface Run {
  readonly optimizer: OptimizerName;
  readonly seed: number;
  readonly model: TrainableModel;
  readonly events: AsyncGenerator<TrainEvent, void, void>;
  /** x at the newest evaluation. */
  params: Float32Array;
  gradients: number;
  /** Why it ended: its gradients are taken, or a loss was not finite; null while it has not. */
  ended: "budget" | "non-finite" | null;
}

/** The runs of some settings. */
export interface NetworkRuns {
  readonly runs: readonly Run[];
  /** Gradient evaluations of each run. */
  readonly totalGradients: number;
  /** Every run's losses at its start. */
  start(): Promise<Evaluated[]>;
  /** Every run that has not ended goes on to its next evaluation. */
  round(): Promise<Evaluated[]>;
  close(): Promise<void>;
}

/**
 * Prepares the runs; no gradient is taken yet.
 *
 * The budget is rounded up to a boundary, so that all take as many gradients. Randomness: functions of each run's seed.
 */
export async function networkRuns(spec: NetworkSpec, data: DataSet, settings: NetworkSettings): Promise<NetworkRuns> {
  const boundaryEvery = boundaryOf(settings);
  const totalGradients = boundaryEvery * Math.ceil(settings.budget / boundaryEvery);
  const size = Math.min(batchSize, data.train.numExamples);
  const budget = totalGradients / Math.floor(data.train.numExamples / size);
  const runs: Run[] = [];
  for (let seed = settings.seed; seed < settings.seed + settings.seeds; seed++) {
    for (const optimizer of optimizerNames(settings)) {
      const model = await compileNetwork(spec, { platform: interpreterPlatform, batchSize: size });
      const own = optimizerOf(optimizer, settings, seed);
      const events = train<AnyState>(model, data, own, { budget, seed, boundaryEvery });
      runs.push({ optimizer, seed, model, events, params: model.initialParams(seed), gradients: 0, ended: null });
    }
  }
  const next = async (run: Run): Promise<Evaluated | null> => {
    const evaluated = await nextOf(run, data);
    if (run.gradients >= totalGradients) run.ended ??= "budget";
    return evaluated;
  };
  return {
    runs,
    totalGradients,
    start: () => evaluatedOf(runs, (run) => lossesAt(run, data)),
    round: () => evaluatedOf(runs, next),
    async close() {
      for (const { model } of runs) await model.close();
    },
  };
}

async function evaluatedOf(runs: readonly Run[], next: (run: Run) => Promise<Evaluated | null>): Promise<Evaluated[]> {
  const found: Evaluated[] = [];
  for (const run of runs) {
    const evaluated = run.ended === null ? await next(run) : null;
    if (evaluated !== null) found.push(evaluated);
  }
  return found;
}

/** The run's next evaluation; null where it ends before, with a loss that is not finite. */
async function nextOf(run: Run, data: DataSet): Promise<Evaluated | null> {
  for (;;) {
    const { value: event } = await run.events.next();
    if (event === undefined || event.type === "end" || event.type === "non-finite") {
      run.ended = "non-finite";
      return null;
    }
    if (event.type !== "evaluation") continue;
    run.gradients = event.gradients;
    run.params = event.params;
    return lossesAt(run, data);
  }
}

async function lossesAt({ optimizer, seed, gradients, model, params }: Run, data: DataSet): Promise<Evaluated> {
  const [own, held] = [await model.evaluate(params, data.train), await model.evaluate(params, data.test)];
  return {
    optimizer,
    seed,
    gradients,
    trainLoss: own.loss,
    testLoss: held.loss,
    trainError: own.metrics.error ?? Number.NaN,
    testError: held.metrics.error ?? Number.NaN,
  };
}
