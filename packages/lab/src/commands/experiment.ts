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
import { otherRuns, type RunLauncher, type RunOutcome, resultsOf, runAll } from "../experiments/runAll.ts";
import { requireEmptyFolder } from "../io/files.ts";
import { withLock } from "../runs/lease.ts";
import type { Lock } from "../runs/lock.ts";
import { primaryResult } from "../runs/primaryMetric.ts";
import { judgementWords } from "../statistics/metricWords.ts";
import { fixed } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import { type CommandContext, interruptionCode, lockHooks, trainingOptions } from "./context.ts";
import { dataLines } from "./dataLines.ts";
import { budgetOf } from "./eventLines.ts";
import { progressListener } from "./progress.ts";
import { runsMeter } from "./terminal/runsMeter.ts";
import { writeLine } from "./terminal/writeLine.ts";

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
  /** Whether a line tells of each run's begin and end, instead of the events of runs that are trained in this process. */
  readonly isBrief?: boolean;
  /** How many runs there are at a time where the user does not say. */
  usualParallel(plan: CheckedPlan<Details>): number;
  /** How its runs are trained, where that is neither in this process nor each in a process of its own. */
  launcher?(plan: CheckedPlan<Details>, place: ExperimentPlace): RunLauncher;
  /** The text printed before the first run; null for none. */
  opening(plan: CheckedPlan<Details>, work: ExperimentOptions & { readonly parallel: number }): string | null;
  /** Writes what is kept of a run beside its folder, as soon as it has ended, or is found ended. */
  ended?(run: PlannedRun, out: string, requireHeld: () => void): void;
  /** Writes and tells the result. Gives the exit code. */
  finish(done: ExperimentDone<Details>, context: CommandContext): number | Promise<number>;
}

/** Where the runs of an experiment are trained, and who asks them for checkpoints. */
export interface ExperimentPlace extends Pick<ExperimentOptions, "dataFolder" | "threads" | "device"> {
  readonly checkpointRequests: CheckpointRequests | undefined;
}

/** How an experiment is worked through. */
export interface ExperimentOptions {
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
  const { out } = options;
  return withLock(out, lockHooks(context), (lock) => {
    if (experiment.isNew) requireEmptyFolder(out);
    else requirePlace(out, plan);
    writePlan(out, plan, lock.requireHeld);
    return toItsEnd(experiment, plan, options, lock, context);
  });
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
  const checked = await checkedPlan({ ...plan, details: details.data }, { ...options, ...lockHooks(context) });
  return withLock(out, lockHooks(context), (lock) => toItsEnd(experiment, checked, options, lock, context));
}

/** @throws InputError if the folder has another kind of experiment, or other runs of the same names */
function requirePlace(out: string, { kind, runs }: CheckedPlan): void {
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
  options: ExperimentOptions,
  lock: Lock,
  context: CommandContext,
): Promise<number> {
  const { out } = options;
  const { signal, stderr } = context;
  const { runs, parts } = plan;
  const parallel = Math.min(options.parallel ?? experiment.usualParallel(plan), runs.length);
  const opening = experiment.opening(plan, { ...options, parallel });
  if (opening !== null) for (const line of [...dataLines(parts.data), ...opening.split("\n")]) writeLine(stderr, line);
  const others = otherRuns(out, runs).length;
  if (others > 0) stderr.write(`Left alone, as the file does not name them: ${counted(others, "other run")}\n`);
  const { onEvent, onBegin, onEnd } = listenersOf(plan, experiment.isBrief === true || parallel > 1, context);
  const { launcher } = options;
  const { dataFolder, threads, device } = options;
  const place = { dataFolder, threads, device };
  const { onEvent: _, ...training } = trainingOptions(context);
  const here = { ...training, ...(onEvent && { onEvent }), parts, ...place };
  const { checkpointRequests: requests } = context;
  const launch =
    launcher ??
    experiment.launcher?.(plan, { ...place, checkpointRequests: requests }) ??
    (parallel > 1 ? launchProcess({ requests, ...place }) : launchHere(here));
  const outcomes = await runAll(runs, {
    ...{
      out,
      parallel,
      signal,
      launch,
      checksum: parts.data.checksum ?? null,
      requireHeld: lock.requireHeld,
      onBegin,
    },
    whenTrained: async (run) => await experiment.whenTrained?.(run, plan, options, signal),
    onEnd(run, at, outcome) {
      onEnd(run, at, outcome);
      if (outcome.kind === "ended") experiment.ended?.(run, out, lock.requireHeld);
    },
    needsAll: experiment.needsAll?.(plan) ?? false,
  });
  lock.requireHeld();
  const code = await experiment.finish({ ...options, plan, outcomes, lock }, context);
  const failed = outcomes.filter((outcome) => outcome?.kind === "failed").length;
  if (failed > 0) stderr.write(`${failed} of ${counted(runs.length, "run")} failed\n`);
  if (signal.aborted && code === interruptionCode(signal)) {
    const how = experiment.isNew
      ? `What is done is kept: npx entropy-sgd resume ${out} goes on`
      : "interrupted: what is done is kept, and the same command goes on";
    stderr.write(`${how}\n`);
  }
  return code;
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

/** Listeners that report the runs: by their events, or by a line for each begin and end. */
function listenersOf(plan: CheckedPlan, isBrief: boolean, { stderr }: CommandContext) {
  const { runs } = plan;
  let numDone = 0;
  const isPlanTold = budgetsOf(plan).length === 1;
  const meter = runsMeter(stderr, runs.length);
  const numbered = ({ name }: PlannedRun, at: number): string => `[${at + 1}/${runs.length}] ${name}`;
  return {
    onEvent: isBrief
      ? undefined
      : progressListener(stderr, { numRuns: runs.length, numDone: () => numDone, isPlanTold }),
    onBegin(run: PlannedRun, at: number): void {
      if (!isBrief) return;
      writeLine(stderr, `${numbered(run, at)} begins: ${run.condition}`);
      meter.begin(run.name);
    },
    onEnd(run: PlannedRun, at: number, outcome: RunOutcome): void {
      numDone += 1;
      const isTold = isBrief || outcome.kind === "failed";
      if (isTold) writeLine(stderr, `${numbered(run, at)}: ${printable(outcomeWords(outcome))}`);
      if (isBrief) meter.end(run.name, outcome.kind === "ended" && !outcome.before);
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
