/** One replica of a run on several machines: `entropy-sgd parle --nats`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Interruption, isTimeLimit } from "entropy-sgd-training";
import { type CheckedPlan, checkedPlan, type ExperimentPlan } from "../experiments/experiment.ts";
import { launchHere } from "../experiments/launchers.ts";
import type { JoinedReplica, MeetingPlace } from "../experiments/parle/joinRun.ts";
import type { ParleDetails } from "../experiments/parle/planParle.ts";
import { sharedDetails, sharedSettings } from "../experiments/parle/sharedSettings.ts";
import { endedResult, type RunLauncher } from "../experiments/runAll.ts";
import { makeFolder } from "../io/files.ts";
import { numParamsOf } from "../runner/resolveRun.ts";
import { withLock } from "../runs/lease.ts";
import { commandLine } from "./commandLine.ts";
import { type CommandContext, interruptionCode, lockHooks, trainingOptions } from "./context.ts";
import { beginHeld, type Experiment, requirePlace } from "./experiment.ts";
import { writeLine } from "./terminal/writeLine.ts";

/** Where a replica meets the others, and where it is kept. */
export interface ReplicaRequest extends Pick<MeetingPlace, "nats" | "run"> {
  readonly out: string;
  readonly json: boolean;
}

/** Trains one replica of the plan, in OUT/replica-N. The same command goes on; of one that has ended it gives the result. Gives the exit code. */
export async function oneReplica(
  experiment: Experiment<ParleDetails>,
  planned: ExperimentPlan<ParleDetails>,
  request: ReplicaRequest,
  context: CommandContext,
): Promise<number> {
  const { out, json, nats } = request;
  const { requireNoCredentials } = await import("../experiments/serverConnection.ts");
  // The folder keeps the command.
  requireNoCredentials(nats);
  const all = await checkedPlan(planned, lockHooks(context));
  makeFolder(out);
  // Whoever shares the folder is refused before the others of the run would wait for it.
  return withLock(out, lockHooks(context), async (lock) => {
    requirePlace(out, all);
    const found = replicasIn(out, all);
    const begin = (replica: number, launcher: RunLauncher): Promise<number> =>
      beginHeld(experiment, { ...all, runs: [all.runs[replica]!] }, { out, json, launcher }, lock, context);
    const [ended] = found.ended;
    if (found.begun.length === 0 && ended !== undefined) return begin(ended, launchHere({ parts: all.parts }));
    const joined = await joinedReplica(all, found, request, context);
    if (joined === null) return interruptionCode(context.signal);
    try {
      return await begin(joined.index, launcherOf(all, joined, context));
    } finally {
      for (const refusal of joined.refusals()) writeLine(context.stderr, `refused: ${refusal}`);
      await joined.leave();
    }
  });
}

/** Replicas by what there is of them in a folder, each in the order of their numbers. */
interface ReplicasIn {
  readonly ended: readonly number[];
  readonly begun: readonly number[];
  readonly others: readonly number[];
}

function replicasIn(out: string, { runs, parts }: CheckedPlan): ReplicasIn {
  const found = runs.map(({ name, settings }, number) => {
    const path = join(out, name);
    if (!existsSync(path)) return { number, kind: "others" };
    const result = endedResult(path, settings, parts.data.checksum ?? null);
    return { number, kind: result === null ? "begun" : "ended" };
  });
  const of = (kind: keyof ReplicasIn) => found.filter((one) => one.kind === kind).map(({ number }) => number);
  return { ended: of("ended"), begun: of("begun"), others: of("others") };
}

/** Null after a signal, which it tells of. */
async function joinedReplica(
  all: CheckedPlan,
  { begun, others }: ReplicasIn,
  { nats, run }: ReplicaRequest,
  { signal, stderr, args }: CommandContext,
): Promise<JoinedReplica | null> {
  const { joinRun } = await import("../experiments/parle/joinRun.ts");
  const [{ settings: own }, checksum] = [all.runs[0]!, all.parts.data.checksum ?? null];
  const shared = { settings: sharedSettings(own, checksum), details: sharedDetails(own, checksum) };
  const place = { nats, run, replicas: all.runs.length, numParams: numParamsOf(all.parts), ...shared };
  try {
    return await joinRun(place, {
      ...{ numbers: [...begun, ...others], begunAs: begun[0] ?? null, signal },
      tell: (words) => writeLine(stderr, words),
    });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    const again = args === undefined ? "the same command" : commandLine(args);
    const how = isTimeLimit(signal) ? "the time limit was reached" : "interrupted";
    writeLine(stderr, `${how} while it waited for the others: ${again} goes on`);
    return null;
  }
}

/** Trains here, and says to the others when it has ended. */
function launcherOf({ parts }: CheckedPlan, joined: JoinedReplica, context: CommandContext): RunLauncher {
  const train = launchHere({ ...trainingOptions(context), parts, exchange: joined.exchange });
  return async (path, settings, signal) => {
    const outcome = await train(path, settings, signal);
    if (outcome.kind === "ended") await joined.leave({ hasEnded: true });
    return outcome;
  };
}
