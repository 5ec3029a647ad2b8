/**
 * The machine of experiments: the plan into the folder, every run to its end, one result.
 *
 * A further kind, such as one that reproduces published results, is a file that gives an `Experiment`, and whose command
 * makes a plan of its options; its name goes to `experimentKinds` and to the table in resume.ts.
 */
import { join } from "node:path";
import {
  type CheckpointRequests,
  type DeviceChoice,
  hasDiverged,
  InputError,
  printable,
  type RunResult,
} from "entropy-sgd-training";
import type { z } from "zod";
import {
  type CheckedPlan,
  checkedPlan,
  type ExperimentKind,
  type ExperimentPlan,
  type PlannedRun,
} from "../experiments/experiment.ts";
import { launchHere, launchProcess } from "../experiments/launchers.ts";
import { differentRun, planFileIn, readPlan, writePlan } from "../experiments/planFile.ts";
import type { QueueLauncher } from "../experiments/queue/launchOnQueue.ts";
import type { Told } from "../experiments/queue/told.ts";
import { otherRuns, type RunLauncher, type RunOutcome, resultsOf, runAll } from "../experiments/runAll.ts";
import { runsOfShard, type Shard } from "../experiments/shard.ts";
import { requireEmptyFolder } from "../io/files.ts";
import { type LockHooks, withLock } from "../runs/lease.ts";
import type { Lock } from "../runs/lock.ts";
import { primaryResult } from "../runs/primaryMetric.ts";
import { judgementWords } from "../statistics/metricWords.ts";
import { fixed } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import {
  type CommandContext,
  exitCodeOfRuns,
  interruptionCode,
  lockHooks,
  trainingOptions,
  writeJson,
} from "./context.ts";
import { dataLines } from "./dataLines.ts";
import type { TrainedWhere } from "./distribution.ts";
import { budgetOf } from "./eventLines.ts";
import { againCommand, interruptionWords } from "./interruptionWords.ts";
import { progressListener } from "./progress.ts";
import { runsMeter } from "./terminal/runsMeter.ts";
import { writeLine } from "./terminal/writeLine.ts";
import { toldLines } from "./toldLines.ts";

/** What a kind of experiment gives. */
export interface Experiment<Details> {
  readonly kind: ExperimentKind;
  /** What it is called in messages. */
  readonly noun: string;
  /** The rule of the details in the plan's file. */
  readonly details: z.ZodType<Details>;
  /** Whether its folder is new and holds its runs alone; otherwise the same command goes on, with more runs if it names more. */
  readonly isNew: boolean;
  /** Whether it is worth nothing without every run: then no other begins after one that diverged or failed. */
  needsAll?(plan: CheckedPlan<Details>): boolean;
  /** What is done with a run as soon as it was trained here to its end; what it throws ends the experiment's run as a failure. */
  whenTrained?(
    run: PlannedRun,
    plan: CheckedPlan<Details>,
    options: ExperimentOptions,
    signal: AbortSignal,
  ): Promise<void>;
  /** Whether each run needs the others beside it: then they are not divided among times, processes or machines. */
  readonly trainsTogether?: boolean;
  /** Whether a line tells of each run's begin and end, instead of the events of runs that are trained in this process. */
  readonly isBrief?: boolean;
  /** How many runs there are at a time where the user does not say. */
  usualParallel(plan: CheckedPlan<Details>): number;
  /** How its runs are trained, where that is neither in this process nor each in a process of its own. */
  launcher?(plan: CheckedPlan<Details>, place: ExperimentPlace): Promise<RunLauncher>;
  /** What stands in front of the lines of a run; its number and name where this is absent or null. */
  label?(run: PlannedRun, plan: CheckedPlan<Details>): string | null;
  /** @throws InputError where the experiment in a folder does not go on here; it has what to do instead */
  requireHere?(plan: ExperimentPlan<Details>, out: string): void;
  /** The text printed before the first run; null for none. */
  opening(plan: CheckedPlan<Details>, work: ExperimentOptions & { readonly parallel: number }): string | null;
  /** Writes what is kept of a run beside its folder, as soon as it has ended, or is found ended. */
  ended?(run: PlannedRun, out: string, requireHeld: () => void): void;
  /** Writes and tells the result. Gives the exit code. */
  finish(done: ExperimentDone<Details>, context: CommandContext): number | Promise<number>;
}

/** Where the runs of an experiment are trained, and who asks them for checkpoints. */
export interface ExperimentPlace extends Pick<ExperimentOptions, "out" | "dataFolder" | "threads" | "device"> {
  readonly checkpointRequests: CheckpointRequests | undefined;
  /** For the locks of the runs. */
  readonly hooks: LockHooks;
}

/** How an experiment is worked through. */
export interface ExperimentOptions extends TrainedWhere {
  readonly out: string;
  readonly json?: boolean;
  /** Runs at a time. */
  readonly parallel?: number;
  /** A folder that holds the same data in another place. */
  readonly dataFolder?: string | undefined;
  /** Threads of the runs instead of the plan's. */
  readonly threads?: number | undefined;
  /** What computes instead of the plan's. */
  readonly device?: DeviceChoice | undefined;
  /** How a run is trained; by default in this process if there is one at a time, else in one of its own. */
  readonly launcher?: RunLauncher | undefined;
}

/** An experiment whose runs have ended, or were kept from it. */
export interface ExperimentDone<Details> extends ExperimentOptions {
  readonly plan: CheckedPlan<Details>;
  /** In the order of the plan's runs; null for those that did not begin. */
  readonly outcomes: readonly (RunOutcome | null)[];
  readonly lock: Lock;
}

/** Begins an experiment, or lets it go on, in a folder that is there. Gives the exit code. */
export function beginExperiment<Details>(
  experiment: Experiment<Details>,
  plan: CheckedPlan<Details>,
  options: ExperimentOptions,
  context: CommandContext,
): Promise<number> {
  return withLock(options.out, lockHooks(context), (lock) => beginHeld(experiment, plan, options, lock, context));
}

/** The same in a folder whose lock is held. */
export function beginHeld<Details>(
  experiment: Experiment<Details>,
  plan: CheckedPlan<Details>,
  options: ExperimentOptions,
  lock: Lock,
  context: CommandContext,
): Promise<number> {
  const { out } = options;
  if (experiment.isNew) requireEmptyFolder(out);
  else requirePlace(out, plan);
  const onReady = (): void => writePlan(out, plan, lock.requireHeld);
  return toItsEnd(experiment, plan, { ...options, onReady }, lock, context);
}

/** Lets the experiment go on whose plan is in a file: ended runs stay, the others resume or begin. Gives the exit code. */
export async function continueExperiment(
  experiment: Experiment<unknown>,
  plan: ExperimentPlan,
  file: string,
  options: ExperimentOptions,
  context: CommandContext,
): Promise<number> {
  const { out } = options;
  const details = experiment.details.safeParse(plan.details);
  if (!details.success) throw new InputError({ path: file, rule: "malformed" });
  const [unnamed] = experiment.isNew ? otherRuns(out, plan.runs) : [];
  const whose = `it is another ${experiment.noun}'s, or the run is`;
  if (unnamed !== undefined)
    throw new InputError({ path: file, rule: `does not name the run ${unnamed} in its folder; ${whose}` });
  const different = differentRun(out, plan.runs)?.name;
  if (different !== undefined)
    throw new InputError({ path: file, rule: `has other settings for ${different} than the run; ${whose}` });
  const own = { ...plan, details: details.data };
  experiment.requireHere?.(own, out);
  const checked = await checkedPlan(own, { ...options, ...lockHooks(context) });
  return withLock(out, lockHooks(context), (lock) => toItsEnd(experiment, checked, options, lock, context));
}

/** @throws InputError if the folder has another kind of experiment, or other runs of the same names */
export function requirePlace(out: string, { kind, runs }: CheckedPlan): void {
  const file = planFileIn(out);
  if (file !== null && readPlan(file).kind !== kind) {
    throw new InputError({ path: out, rule: `holds another experiment (${file}); choose another --out` });
  }
  const different = differentRun(out, runs)?.name;
  if (different !== undefined) {
    throw new InputError({ path: join(out, different), rule: "holds a run of other settings; choose another --out" });
  }
}

async function toItsEnd<Details>(
  experiment: Experiment<Details>,
  plan: CheckedPlan<Details>,
  { onReady, ...options }: ExperimentOptions & { readonly onReady?: () => void },
  lock: Lock,
  context: CommandContext,
): Promise<number> {
  const { out, queue, shard } = options;
  const { signal, stderr } = context;
  const { parts } = plan;
  if (experiment.trainsTogether === true) requireTogether(plan.runs.length, options);
  const runs = runsOfShard(plan.runs, shard);
  const own = { ...plan, runs };
  const usual = queue === undefined ? experiment.usualParallel(plan) : runs.length;
  const parallel = Math.min(options.parallel ?? usual, runs.length);
  const opening = experiment.opening(plan, { ...options, parallel });
  if (opening !== null) for (const line of [...dataLines(parts.data), ...opening.split("\n")]) writeLine(stderr, line);
  if (shard !== undefined) writeLine(stderr, `${shardName(shard)}: ${runs.length} of them`);
  const others = otherRuns(out, plan.runs).length;
  if (others > 0) stderr.write(`Left alone, as the file does not name them: ${counted(others, "other run")}\n`);
  const isBrief = experiment.isBrief === true || parallel > 1 || queue !== undefined;
  const label = (run: PlannedRun): string | null => experiment.label?.(run, plan) ?? null;
  const listeners = listenersOf(own, { isBrief, isQueued: queue !== undefined, label }, context);
  const { launch, close, numQueued } = await launcherOf(
    experiment,
    own,
    { ...options, parallel },
    lock,
    listeners,
    context,
  );
  const measuring = oneAtATime(async (run: PlannedRun) => await experiment.whenTrained?.(run, plan, options, signal));
  const trainAll = async () => {
    // Nothing is refused any more, such as for a server that does not answer.
    onReady?.();
    return runAll(runs, {
      ...{ out, parallel, signal, launch, checksum: parts.data.checksum ?? null, requireHeld: lock.requireHeld },
      onBegin: listeners.onBegin,
      whenTrained: measuring,
      onEnd(run, at, outcome) {
        listeners.onEnd(run, at, outcome);
        if (outcome.kind === "ended") experiment.ended?.(run, out, lock.requireHeld);
      },
      needsAll: experiment.needsAll?.(plan) ?? false,
    });
  };
  const outcomes = await trainAll().finally(close);
  lock.requireHeld();
  const done = { ...options, plan, outcomes, lock };
  const code = shard === undefined ? await experiment.finish(done, context) : finishShard(done, shard, context);
  const failed = outcomes.filter((outcome) => outcome?.kind === "failed").length;
  const again = againCommand(experiment.isNew, options, context.args);
  const then = queue === undefined ? "" : `; ${again} puts them on the queue again`;
  if (failed > 0) stderr.write(`${failed} of ${counted(runs.length, "run")} failed${then}\n`);
  if (signal.aborted && code === interruptionCode(signal)) {
    stderr.write(`${interruptionWords(experiment.isNew, options, context.args, numQueued())}\n`);
  }
  return code;
}

/** @throws InputError for options that would divide runs which need one another */
function requireTogether(numRuns: number, { queue, shard, parallel = numRuns }: ExperimentOptions): void {
  const refuse = (name: string, value: string | number): never => {
    throw new InputError({ name, rule: `divides the ${numRuns} runs of this folder, which train together`, value });
  };
  if (queue !== undefined) refuse("--nats", queue.nats);
  if (shard !== undefined) refuse("--shard", `${shard.index}/${shard.count}`);
  if (parallel < numRuns) refuse("--parallel", parallel);
}

const shardName = ({ index, count }: Shard): string => `shard ${index}/${count}`;

/** Tells of the runs of a shard; its experiment has a result when all are together. Gives the exit code. */
function finishShard(
  { out, json, outcomes }: Pick<ExperimentDone<unknown>, "out" | "json" | "outcomes">,
  shard: Shard,
  context: CommandContext,
): number {
  const results = outcomes.flatMap((outcome) => (outcome?.kind === "ended" ? [outcome.result] : []));
  if (json) writeJson(context, { shard: `${shard.index}/${shard.count}`, runs: results });
  else {
    const have = `${results.length} of ${counted(outcomes.length, "run")} ended, in ${printable(out)}`;
    const how = "npx entropy-sgd runs merge FOLDER --from … --from … puts the parts together";
    context.stdout.write(`${shardName(shard)}: ${have}\n${how}\n`);
  }
  return exitCodeOfRuns(outcomes, false, context.signal);
}

/** How the runs are trained, and what is to be done when they are. */
async function launcherOf<Details>(
  experiment: Experiment<Details>,
  plan: CheckedPlan<Details>,
  { launcher, queue, out, parallel, dataFolder, threads, device }: ExperimentOptions & { readonly parallel: number },
  lock: Lock,
  { onEvent, onTold }: Pick<ReturnType<typeof listenersOf>, "onEvent" | "onTold">,
  context: CommandContext,
): Promise<QueueLauncher> {
  const { checkpointRequests: requests, stderr } = context;
  const place = { dataFolder, threads, device };
  const close = async (): Promise<void> => {};
  const numQueued = (): number => 0;
  if (launcher !== undefined) return { launch: launcher, close, numQueued };
  if (queue !== undefined) {
    const { launchOnQueue } = await import("../experiments/queue/launchOnQueue.ts");
    const { runs, parts } = plan;
    const onWords = (words: string): void => writeLine(stderr, printable(words));
    const own = { out, runs, dataChecksum: parts.data.checksum ?? null, requireHeld: lock.requireHeld };
    return launchOnQueue(queue, { ...own, onTold, onWords, signal: context.signal });
  }
  const owned = await experiment.launcher?.(plan, {
    ...place,
    out,
    checkpointRequests: requests,
    hooks: lockHooks(context),
  });
  if (owned !== undefined) return { launch: owned, close, numQueued };
  if (parallel > 1) return { launch: launchProcess({ requests, ...place }), close, numQueued };
  const { onEvent: _, ...training } = trainingOptions(context);
  const here = { ...training, ...(onEvent && { onEvent }), parts: plan.parts, ...place };
  return { launch: launchHere(here), close, numQueued };
}

/** The same work, begun when all that was asked for before is done: what it computes with has room for one. */
function oneAtATime<Item>(work: (item: Item) => Promise<void>): (item: Item) => Promise<void> {
  let before: Promise<void> = Promise.resolve();
  return (item) => {
    const own = before.catch(() => {}).then(() => work(item));
    before = own;
    return own;
  };
}

/** Writes a report of the runs that have begun, whose folders are in OUT; null where none has a result, as after an early signal. */
export async function reportOfRuns(
  done: Pick<ExperimentDone<unknown>, "plan" | "outcomes" | "out">,
): Promise<string | null> {
  const { plan, outcomes, out } = done;
  if (resultsOf(outcomes).length === 0) return null;
  const begun = plan.runs.filter((_, at) => ["ended", "interrupted"].includes(outcomes[at]?.kind ?? ""));
  const { writeReport } = await import("../pages/writeReport.ts");
  return writeReport(
    out,
    begun.map(({ name }) => join(out, name)),
  );
}

/** The gradients of a run in words, each budget that there is once. */
export function budgetsOf({ runs }: CheckedPlan): string[] {
  return [
    ...new Set(runs.map(({ plan, settings: { innerSteps, budget } }) => budgetOf({ ...plan, innerSteps, budget }))),
  ];
}

/** How runs are told of. */
interface Listening {
  readonly isBrief: boolean;
  readonly isQueued: boolean;
  /** What a run is called; null for its number and name. */
  readonly label: (run: PlannedRun) => string | null;
}

/** Listeners that report the runs: by their events, or by a line for each begin and end; on a queue by what workers tell. */
function listenersOf(plan: CheckedPlan, { isBrief, isQueued, label }: Listening, { stderr }: CommandContext) {
  const { runs } = plan;
  let numDone = 0;
  const isPlanTold = budgetsOf(plan).length === 1;
  // A run that has a name for itself is told of by its events.
  const meter = runs.some((run) => label(run) !== null) ? null : runsMeter(stderr, runs.length);
  const numbered = (run: PlannedRun, at: number = runs.findIndex(({ name }) => name === run.name)): string =>
    label(run) ?? `[${at + 1}/${runs.length}] ${run.name}`;
  return {
    onEvent: isBrief
      ? undefined
      : progressListener(stderr, { numRuns: runs.length, numDone: () => numDone, isPlanTold }),
    onTold(run: PlannedRun, told: Told): void {
      for (const line of toldLines(told)) writeLine(stderr, `${numbered(run)} ${printable(line)}`);
      if (told.type === "begin") meter?.begin(run.name);
    },
    onBegin(run: PlannedRun, at: number): void {
      if (!isBrief || isQueued) return;
      writeLine(stderr, `${numbered(run, at)} begins: ${run.condition}`);
      meter?.begin(run.name);
    },
    onEnd(run: PlannedRun, at: number, outcome: RunOutcome): void {
      numDone += 1;
      // Of a queue that is watched no longer.
      const isLeft = isQueued && outcome.kind === "interrupted";
      const isTold = (isBrief && !isLeft) || outcome.kind === "failed";
      if (isTold) writeLine(stderr, `${numbered(run, at)}: ${printable(outcomeWords(outcome))}`);
      if (isBrief) meter?.end(run.name, outcome.kind === "ended" && !outcome.before);
    },
  };
}

function outcomeWords(outcome: RunOutcome): string {
  if (outcome.kind === "interrupted") return "interrupted";
  if (outcome.kind === "failed") return `failed: ${outcome.message}`;
  const { seconds } = outcome.result;
  const time = outcome.before ? "ended before" : `${fixed(seconds, seconds < 10 ? 1 : 0)} s`;
  return `${resultWords(outcome.result)} (${time})`;
}

function resultWords(result: RunResult): string {
  const { reason, gradientEvaluations } = result;
  if (hasDiverged(result)) return `diverged${reason === "non-finite" ? ` at gradient ${gradientEvaluations}` : ""}`;
  return judgementWords(primaryResult(result));
}
