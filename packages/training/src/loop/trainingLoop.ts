/** A training run under way: its parts, and what each gradient changes. */
import { type AnyState, allFinite, deserialise, type Optimizer, rangeError, serialise } from "entropy-sgd";
import { augmenter } from "../data/augment.ts";
import { isInBlocks } from "../data/blockSplit.ts";
import { byBlocks, byLanes, byPermutation, type Sampler, withReplacement } from "../data/sampler.ts";
import type { AnySplit, DataSet } from "../data/split.ts";
import { isText } from "../data/textSplit.ts";
import { carryStates } from "../model/carriedArrays.ts";
import { batchFiller, maskFiller } from "../model/fillers.ts";
import type { TrainableModel } from "../model/trainableModel.ts";
import type { Guess } from "../tasks/task.ts";
import { type CheckpointSchedule, checkpointSchedule, noCheckpoints } from "./checkpointSchedule.ts";
import type { EndReason, LoopPosition, ResumePoint, TrainSnapshot } from "./events.ts";
import { evaluationAfter, type Plan, plannedOptions } from "./plan.ts";
import { isWaiting, type MissingReplica, seedOfReplica } from "./replica.ts";
import { type StabilityWatch, stabilityWatch } from "./stabilityWatch.ts";
import type { TrainOptions } from "./trainOptions.ts";

/** What a run is made of, and stays the same. */
export interface LoopParts<S extends AnyState> {
  readonly model: TrainableModel;
  readonly data: DataSet<AnySplit>;
  readonly optimizer: Optimizer<S>;
  readonly options: TrainOptions;
  readonly plan: Plan;
  /** The task's guess on the training split; null where it has none. */
  readonly guess: Guess | null;
}

/** What changes from gradient to gradient, the position among it (events.ts). */
type Moving = { -readonly [Name in keyof LoopPosition]: LoopPosition[Name] };

/** A run under way. */
export interface TrainingLoop<S extends AnyState>
  extends LoopParts<S>,
    Pick<Moving, "gradients" | "batches" | "lossSum" | "nextEvaluation" | "gradientSeconds" | "evaluations"> {
  state: S;
  /** Why it ends; "budget" as long as nothing else ends it. */
  reason: EndReason;
  /** Outer steps of a replica whose mean lacked some of the others. */
  incompleteMeans: number;
  /** Which replicas the last mean lacked. */
  missing: readonly MissingReplica[];
  /** Wall time of the run. */
  readonly seconds: () => number;
  readonly nextBatch: (batch: number) => void;
  readonly fillMasks: (step: number) => void;
  /** Where the model writes the mini-batch gradient, shape (numParams,). */
  readonly gradient: Float32Array;
  readonly schedule: CheckpointSchedule;
  /** null where the task has no guess. */
  readonly watch: StabilityWatch | null;
}

/** The loop at its start, or where `options.resume` says. @param fresh - the optimizer's state at the initial weights */
export function trainingLoop<S extends AnyState>(parts: LoopParts<S>, fresh: S): TrainingLoop<S> {
  const { model, data, optimizer, options, plan, guess } = parts;
  const { resume, seed = 1 } = options;
  const { seconds, stability, incompleteMeans = 0, ...position } = resume?.position ?? startPosition(parts);
  const started = performance.now() - 1000 * seconds;
  const own = seedOfReplica(seed, options.replica);
  const augment = data.augment && augmenter(data.augment, data.train.inputShape, own);
  const order = sampler(options, plan, own, data.train);
  const fillBatch = batchFiller(model, data.train, order, augment);
  const fillMasks = maskFiller(model, own);
  const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
  const state = resume === undefined ? fresh : restoredState(resume, fresh, model);
  // The second gradient of SAM is at the batch of the first, from the same states.
  const isWithinBatch = position.batches > 0 && !(optimizer.needsNewBatch?.(state) ?? true);
  if (isWithinBatch) fillBatch(position.batches - 1);
  if (resume !== undefined) restoreStates(model, resume, isWithinBatch);
  // A state that waits for an exchange changes by it, without a gradient.
  const saved = position.gradients - (isWaiting({ optimizer, state }) ? 1 : 0);
  const schedule = checkpointSchedule(options.checkpoints ?? noCheckpoints, saved);
  const hasInnerLoop = state.progress.scope !== undefined;
  return {
    ...parts,
    ...position,
    incompleteMeans,
    missing: [],
    state,
    reason: "budget",
    seconds: () => (performance.now() - started) / 1000,
    nextBatch(batch) {
      fillBatch(batch);
      carryStates(model.carried, order.beginsAnew?.(batch) ?? true);
    },
    fillMasks,
    gradient,
    schedule,
    watch: guess && stabilityWatch({ guess, hasInnerLoop }, stability),
  };
}

/** The evaluation point x. States made by `init` from float32 parameters hold float32 vectors. */
export function pointOf<S extends AnyState>({ optimizer, state }: TrainingLoop<S>): Float32Array {
  return optimizer.evalPoint(state) as Float32Array;
}

/** All that the run needs to go on from here; its vectors are the loop's own. */
export function snapshotOf<S extends AnyState>(loop: TrainingLoop<S>): TrainSnapshot {
  const { gradients, batches, lossSum, nextEvaluation, gradientSeconds, evaluations, incompleteMeans } = loop;
  return {
    position: {
      gradients,
      batches,
      lossSum,
      nextEvaluation,
      gradientSeconds,
      seconds: loop.seconds(),
      evaluations,
      stability: loop.watch?.state(),
      ...(incompleteMeans > 0 && { incompleteMeans }),
    },
    optimizer: serialise(loop.state, { copy: false }),
    params: pointOf(loop),
    statistics: loop.model.statistics,
    ...(loop.model.carried.length > 0 && { carried: statesOf(loop) }),
  };
}

/** The states that the next gradient of the same batch begins with, or that of the next batch goes on from. */
function statesOf<S extends AnyState>({ model, optimizer, state }: TrainingLoop<S>): Record<string, Float32Array> {
  const isNew = optimizer.needsNewBatch?.(state) ?? true;
  return Object.fromEntries(model.carried.map(({ name, before, after }) => [name, isNew ? after : before]));
}

/** Whether every number of the optimizer's state, the evaluation point and the carried states is finite. */
export function holdsFinite({ optimizer, params, carried = {} }: TrainSnapshot): boolean {
  return [params, ...Object.values(optimizer.vectors), ...Object.values(carried)].every(allFinite);
}

function startPosition({ plan, options }: Pick<LoopParts<AnyState>, "plan" | "options">): LoopPosition {
  const none = { gradients: 0, batches: 0, lossSum: 0, seconds: 0, gradientSeconds: 0, evaluations: [] };
  return { ...none, nextEvaluation: evaluationAfter(0, { ...plan, ...options }) };
}

function sampler({ sampling }: TrainOptions, { numExamples, batchSize }: Plan, seed: number, train: AnySplit): Sampler {
  if (isText(train)) return byLanes(numExamples, batchSize);
  // Other orders would read a block for nearly every example.
  if (isInBlocks(train)) return byBlocks(numExamples, batchSize, train.window, seed);
  return sampling === "permutation" ? byPermutation(numExamples, batchSize, seed) : withReplacement(numExamples, seed);
}

/** The saved state in the vectors of a fresh one, and the saved statistics in the model's. */
function restoredState<S extends AnyState>(
  { optimizer, statistics, position }: ResumePoint,
  fresh: S,
  model: TrainableModel,
): S {
  requireSaved("statistics", model.statistics, statistics);
  const state = deserialise(optimizer, fresh, { changed: plannedOptions });
  if (state.progress.gradients !== position.gradients) {
    throw new RangeError(
      `position: the optimizer is at ${state.progress.gradients} gradients, the loop at ${position.gradients}`,
    );
  }
  for (const [name, own] of Object.entries(model.statistics)) own.set(statistics[name]!);
  return state;
}

/** The saved states where the next gradient finds them. @param isWithinBatch - whether it is at the batch of the last one */
function restoreStates(model: TrainableModel, { carried = {} }: ResumePoint, isWithinBatch: boolean): void {
  requireSaved("carried", Object.fromEntries(model.carried.map(({ name, after }) => [name, after])), carried);
  for (const { name, before, after } of model.carried) (isWithinBatch ? before : after).set(carried[name]!);
}

/** @throws RangeError unless there are saved numbers for each array, as many as it has */
function requireSaved(
  path: string,
  arrays: Readonly<Record<string, Float32Array>>,
  saved: ResumePoint["statistics"],
): void {
  for (const [name, own] of Object.entries(arrays)) {
    const length = Object.hasOwn(saved, name) ? saved[name]!.length : undefined;
    if (length === own.length) continue;
    throw rangeError(path, name, `must have ${own.length} numbers`, length, String(length ?? "none"));
  }
}
