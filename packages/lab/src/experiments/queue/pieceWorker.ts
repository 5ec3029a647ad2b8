/** What a worker does with a piece of a queue: trains the run in a process of its own, and sends it back. */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { Declined, EndedElsewhere, type Json, type WorkHandler, type WorkPiece } from "entropy-sgd-cluster";
import { InputError, isTimeLimit } from "entropy-sgd-training";
import { readPlain } from "entropy-sgd-training/node";
import { endingSignalOf } from "../../io/endingSignals.ts";
import { checkpointNames } from "../../runs/checkpointFolder.ts";
import { networkFileKind } from "../../settings/networkFileKind.ts";
import type { Settings } from "../../settings/settings.ts";
import { launchProcess, type ProcessOptions } from "../launchers.ts";
import { maxFileBytes, sentFilesOf } from "../placeRun.ts";
import { endedResult, outcomeOf, type RunOutcome } from "../runAll.ts";
import { followEvaluations } from "./evaluationsOf.ts";
import { LaterVersion, type Piece, pieceIn } from "./piece.ts";
import type { Told } from "./told.ts";

/** What a worker has, and what it does for others. */
export interface WorkerPlace extends Omit<ProcessOptions, "dataChecksum"> {
  /** Name of the worker. */
  readonly worker: string;
  /** Where runs are trained that are sent back. */
  readonly out: string;
  /** A folder with models and modules, by the names of their files; those that are not there are looked for where the planner has them. */
  readonly models?: string | undefined;
  /** Whether modules of users are executed. */
  readonly allowModules: boolean;
  /** The folder that planners and workers share. */
  readonly shared?: string | undefined;
  /** Told what happens, in words. */
  readonly onWords: (words: string) => void;
}

/** Milliseconds for which a worker declines again what it has declined, without a look at what has changed here. */
const declinedFor = 60_000;

/** Why work was declined, when by `performance.now`, and which message of the queue it was. */
interface DeclinedWork extends Pick<WorkPiece, "number" | "attempt"> {
  readonly why: string;
  readonly at: number;
}

/** Trains runs. What it cannot do it declines, and tells why: others may be able to. */
export function pieceWorker(place: WorkerPlace): WorkHandler {
  /** What was declined: it comes again until another takes it, and is told of once. */
  const declined = new Map<string, DeclinedWork>();
  return async (piece, signal) => {
    const { id, work } = piece;
    const { worker, onWords } = place;
    const tell: Tell = (told) => piece.tell(JSON.parse(JSON.stringify(told)) as Json);
    const last = declined.get(id);
    // Another message, such as of a run that was removed and asked for again: who asked has not been told.
    const isSame = last !== undefined && piece.number === last.number && piece.attempt > last.attempt;
    const before = isSame ? last : undefined;
    if (before !== undefined && performance.now() - before.at < declinedFor) throw new Declined(before.why);
    let path: string | null = null;
    try {
      const asked = acceptable(work, place);
      path = pathOf(id, asked, place);
      await trainedAndSent(piece, path, asked, { place, tell, signal });
      onWords(`${id} ended`);
      return { worker };
    } catch (error) {
      if (signal.aborted) {
        await leave(piece, path, { place, tell, signal });
        throw error;
      }
      const why = error instanceof Error ? error.message : String(error);
      if (!(error instanceof Declined)) onWords(`${id} failed: ${why}`);
      else {
        declined.set(id, { why, at: performance.now(), number: piece.number, attempt: piece.attempt });
        if (before?.why === why) throw error;
        onWords(`${id} declined: ${why}`);
        await tell({ type: "declined", worker, why });
      }
      throw error;
    }
  };
}

/** Who does a piece, and until when. */
interface Doing {
  readonly place: WorkerPlace;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

type Tell = (told: Told) => Promise<void>;

/** @throws the signal's reason where it is aborted */
async function trainedAndSent(
  piece: WorkPiece,
  path: string,
  asked: Piece,
  { place, tell, signal }: Doing,
): Promise<void> {
  const { id, attempt } = piece;
  const { worker, onWords } = place;
  const resumes = hasCheckpoint(path);
  const follower = followEvaluations(path, {
    onBegin() {
      onWords(`${id} ${resumes ? "goes on from a checkpoint" : "begins"}`);
      return tell({ type: "begin", worker, attempt, resumes });
    },
    onEvaluation: (event) => tell({ type: "event", event }),
  });
  const outcome = await trained(path, asked, place, signal).finally(() => follower.end());
  if (outcome.kind === "interrupted") throw signal.reason;
  if (outcome.kind === "failed")
    throw outcome.exitCode === 2 ? new Declined(outcome.message) : new Error(outcome.message);
  if (asked.folder === null) await sendRun(path, piece);
}

/** A folder that is none of a run's is refused where it would be trained in. */
function hasCheckpoint(path: string): boolean {
  try {
    return checkpointNames(path).length > 0;
  } catch {
    return false;
  }
}

/** Says why a run is left: it is given back, or there is nothing to do any more. */
async function leave({ id }: WorkPiece, path: string | null, { place, tell, signal }: Doing): Promise<void> {
  const { worker, onWords } = place;
  const kept = path !== null && existsSync(path) ? `; what is done is kept in ${path}` : "";
  if (signal.reason instanceof EndedElsewhere) return onWords(`${id} stopped: ${signal.reason.message}${kept}`);
  const why = isTimeLimit(signal) ? "the time limit was reached" : endingSignalOf(signal);
  onWords(`${id} given back (${why})${kept}`);
  await tell({ type: "returned", worker, why }).catch(() => {});
}

/** The piece, with its network where it is here. @throws Declined for what this worker does not do */
function acceptable(work: Json, { models, allowModules, shared }: WorkerPlace): Piece {
  const piece = pieceOrDeclined(work);
  const { settings, folder } = piece;
  if (folder !== null && shared === undefined) {
    const rule = "the worker must have it too, by its own path to the same folder";
    throw new Declined(`the planner has --shared, and ${folder} in it for this run: ${rule}`);
  }
  if (settings.networkFile === null) return piece;
  if (networkFileKind(settings.network) === "module" && !allowModules)
    throw new Declined("needs --allow-modules: its network is a module, which would be executed");
  const here = models === undefined ? null : join(models, basename(settings.networkFile));
  return here === null || !existsSync(here) ? piece : { ...piece, settings: { ...settings, networkFile: here } };
}

function pieceOrDeclined(work: Json): Piece {
  try {
    return pieceIn(work);
  } catch (error) {
    // Settings of another version of the program, too.
    throw error instanceof LaterVersion || error instanceof InputError ? new Declined(error.message) : error;
  }
}

/** The run's folder. @throws Declined where the experiment's is not there, or a link leads out of the folder that is shared */
function pathOf(id: string, { folder }: Piece, { out, shared }: WorkerPlace): string {
  if (folder === null || shared === undefined) return join(out, id);
  const path = join(shared, folder);
  if (!existsSync(dirname(path))) {
    const rule = `--shared of planner and worker must be the same folder, this worker's is ${shared}`;
    throw new Declined(`${dirname(folder)}, which the planner has in its --shared, is not there: ${rule}`);
  }
  if (!`${realpathSync(dirname(path))}${sep}`.startsWith(`${realpathSync(shared)}${sep}`))
    throw new Declined(`${path} leads out of the folder that is shared`);
  return path;
}

async function trained(
  path: string,
  { settings, dataChecksum }: { readonly settings: Settings; readonly dataChecksum: string | null },
  { command, requests, dataFolder, threads, device }: WorkerPlace,
  signal: AbortSignal,
): Promise<RunOutcome> {
  try {
    // Ended here before, but its result was not stored.
    const result = endedResult(path, settings, dataChecksum);
    if (result !== null) return { kind: "ended", result, before: true };
    const own = { ...(command !== undefined && { command }), requests, dataFolder, threads, device, dataChecksum };
    return await launchProcess(own)(path, settings, signal);
  } catch (error) {
    return outcomeOf(error);
  }
}

async function sendRun(path: string, { send }: WorkPiece): Promise<void> {
  for (const name of sentFilesOf(path)) await send(name, readPlain(join(path, name), maxFileBytes));
}
