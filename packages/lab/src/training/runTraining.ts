import { makeOptimizer } from "../config/makeOptimizer.ts";
import type { Settings } from "../config/settings.ts";
import { loadMnist } from "../data/loadMnist.ts";
import { pooled } from "../data/pooled.ts";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { compileNetwork } from "../model/compileNetwork.ts";
import { networks } from "../networks/networks.ts";
import { currentEnvironment } from "../runs/environment.ts";
import { requireEmptyFolder } from "../runs/files.ts";
import { createRunFolder } from "../runs/runFolder.ts";
import type { RunResult, TrainEvent } from "./events.ts";
import { planOf } from "./plan.ts";
import { train } from "./train.ts";

/** What a run takes besides its settings. */
export interface RunTrainingOptions {
  /** The run folder, new or empty; null keeps nothing. */
  readonly out: string | null;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
  /** The data, when it is loaded already. */
  readonly data?: DataSet;
}

/** The data set of some settings. @throws InputError as `loadMnist` */
export function loadData({ network, data, validation }: Settings): DataSet {
  const loaded = loadMnist({ data, validation });
  const wanted = networks[network]!.inputShape;
  const ready = wanted[1] === 7 ? pooled(loaded) : loaded;
  const found = ready.train.inputShape;
  if (wanted.join() !== found.join()) {
    throw new InputError(
      `${network}: inputs must be ${wanted.join("×")}, the images of ${loaded.name} are ${found.join("×")}`,
    );
  }
  return ready;
}

/**
 * One run from settings to result: everything is checked first, then the folder is made, then it trains.
 *
 * @throws InputError before anything is written
 */
export async function runTraining(settings: Settings, options: RunTrainingOptions): Promise<RunResult> {
  const { out, signal, onEvent } = options;
  if (out !== null) requireEmptyFolder(out);
  const data = options.data ?? loadData(settings);
  const { batchSize, dropout, threads, budget } = settings;
  if (batchSize > data.train.numExamples) {
    throw new InputError(
      `batchSize: must be at most the ${data.train.numExamples} training examples, got ${batchSize}`,
    );
  }
  const plan = planOf(data.train.numExamples, batchSize, settings.innerSteps, budget);
  const model = await compileNetwork(networks[settings.network]!, {
    batchSize,
    dropout,
    ...(threads === null ? {} : { threads }),
  });
  try {
    const optimizer = makeOptimizer(settings, plan, model.layout);
    const folder = out === null ? null : createRunFolder(out, settings, currentEnvironment(threads), model);
    try {
      const { seed, innerSteps, sampling, preset } = settings;
      const names = { optimizerName: settings.optimizer, preset };
      const run = { budget, seed, innerSteps, sampling, ...names, ...(signal === undefined ? {} : { signal }) };
      for await (const event of train(model, data, optimizer, run)) {
        folder?.record(event);
        onEvent?.(event);
        if (event.type === "end") return event.result;
      }
    } finally {
      folder?.close();
    }
  } finally {
    await model.close();
  }
  throw new Error("runTraining: the run has not ended");
}
