/** The figure's work, in a worker or in Node: trains, draws fields, measures. */
import type { DataSet, NetworkSpec } from "entropy-sgd-training";
import { type Extent, extentOf, type Field, fieldsOf } from "./fields.ts";
import type { NetworkSettings } from "./knobs.ts";
import { type Evaluated, type NetworkRuns, networkRuns } from "./runs.ts";
import { dataOf, isPlane, type OptimizerName, type PlainData, specOf } from "./setUp.ts";

/** Answers of an optimizer's networks to held-out examples, summed over seeds: rows are the true classes. */
export interface Confusion {
  readonly optimizer: OptimizerName;
  readonly counts: readonly (readonly number[])[];
}

/** What happened in a round. */
export interface Round {
  readonly evaluated: readonly Evaluated[];
  /** For points of the plane. */
  readonly fields: readonly Field[];
  /** For other examples. */
  readonly confusions: readonly Confusion[];
  /** Runs that ended with a loss that is not finite. */
  readonly failed: readonly { readonly optimizer: OptimizerName; readonly seed: number }[];
  readonly done: boolean;
}

/** What is known before the first gradient. */
export interface Beginning extends Round {
  readonly network: string;
  readonly numParams: number;
  readonly totalGradients: number;
  readonly classes: readonly string[];
  /** What fields show and the training points in it, shape (examples, 2); null for other examples. */
  readonly plane: { readonly extent: Extent; readonly points: Float32Array; readonly labels: Int32Array } | null;
}

/** A network figure at work. */
export interface Session {
  readonly spec: NetworkSpec;
  readonly data: DataSet;
  readonly runs: NetworkRuns;
  readonly beginning: Beginning;
  /** To the next evaluation of every run. */
  round(): Promise<Round>;
}

/** Sets up everything and evaluates the initial weights. */
export async function newSession(settings: NetworkSettings, given: PlainData | null): Promise<Session> {
  const data = dataOf(settings, given);
  const spec = specOf(settings, data);
  const runs = await networkRuns(spec, data, settings);
  const extent = isPlane(data) ? extentOf(data) : null;
  const fields = extent && fieldsOf(spec, extent);
  const roundOf = async (evaluated: readonly Evaluated[]): Promise<Round> => {
    const failed = runs.runs.filter(({ ended }) => ended === "non-finite");
    return {
      evaluated,
      fields: fields === null ? [] : await fields(runs.runs),
      confusions: fields === null ? await confusionsOf(runs, data) : [],
      failed: failed.map(({ optimizer, seed }) => ({ optimizer, seed })),
      done: runs.runs.every(({ ended }) => ended !== null),
    };
  };
  const { totalGradients } = runs;
  const classes = given?.classes ?? ["A", "B"];
  const beginning: Beginning = {
    ...(await roundOf(await runs.start())),
    network: spec.name,
    numParams: runs.runs[0]!.model.numParams,
    totalGradients,
    classes,
    plane: extent && { extent, ...pointsOf(data) },
  };
  return { spec, data, runs, beginning, round: async () => roundOf(await runs.round()) };
}

function pointsOf({ train }: DataSet): { points: Float32Array; labels: Int32Array } {
  const points = new Float32Array(2 * train.numExamples);
  for (let i = 0; i < train.numExamples; i++) train.readExampleInto(points, 2 * i, i);
  return { points, labels: Int32Array.from({ length: train.numExamples }, (_, i) => train.labelOf(i)) };
}

async function confusionsOf({ runs }: NetworkRuns, { test }: DataSet): Promise<Confusion[]> {
  const found = new Map<OptimizerName, number[][]>();
  for (const { optimizer, model, params } of runs) {
    const counts = (await model.evaluate(params, test)).tables!.confusion!;
    const before = found.get(optimizer);
    found.set(
      optimizer,
      counts.map((row, i) => row.map((count, j) => count + (before?.[i]?.[j] ?? 0))),
    );
  }
  return [...found].map(([optimizer, counts]) => ({ optimizer, counts }));
}
