/** Runs of an experiment that workers train: they are put on a queue, watched, and come back. */
import { realpathSync } from "node:fs";
import { basename, relative, sep } from "node:path";
import { jetStreamQueue, type WorkQueue } from "entropy-sgd-cluster";
import { InputError } from "entropy-sgd-training";
import { counted } from "../../statistics/words.ts";
import type { PlannedRun } from "../experiment.ts";
import { removeUnplaced } from "../placeRun.ts";
import { plainPath } from "../plainPath.ts";
import type { RunLauncher, RunOutcome } from "../runAll.ts";
import { closeInOrder, connectedTo, denialAsInput } from "../serverConnection.ts";
import { cameBack, type RunPlace } from "./cameBack.ts";
import { type Piece, pieceId, pieceJson } from "./piece.ts";
import { type PieceWatch, pieceWatch } from "./pieceWatch.ts";
import type { Told } from "./told.ts";

/** Where runs are trained by workers. */
export interface QueuePlace {
  /** Address of the server, such as nats://host:4222. */
  readonly nats: string;
  /** Name of the queue. */
  readonly queue: string;
  /** The folder that planner and workers share; absent where runs come back as files. */
  readonly shared?: string | undefined;
}

/** What a planner has for workers. */
export interface QueuedExperiment {
  readonly out: string;
  readonly runs: readonly PlannedRun[];
  /** SHA-256 of the data; null where they have none. */
  readonly dataChecksum: string | null;
  /** Called before a run is put in place. */
  readonly requireHeld: () => void;
  readonly onTold: (run: PlannedRun, told: Told) => void;
  readonly onWords: (words: string) => void;
  readonly signal: AbortSignal;
}

/** A launcher, and the connection that it uses. */
export interface QueueLauncher {
  readonly launch: RunLauncher;
  /** How many runs are on the queue, or were; 0 without one. */
  numQueued(): number;
  close(): Promise<void>;
}

/** A run on its queue. */
interface QueuedRun {
  readonly run: PlannedRun;
  readonly id: string;
  readonly piece: Piece;
}

/** How often a run is put on the queue that does not come back as a whole run. */
const maxTries = 3;

/** @throws InputError where no server answers or allows it, or the experiment's folder is not in the shared one */
export async function launchOnQueue(place: QueuePlace, experiment: QueuedExperiment): Promise<QueueLauncher> {
  const { out, runs, dataChecksum, onTold, onWords, requireHeld, signal } = experiment;
  const below = place.shared === undefined ? null : placeWithin(place.shared, out);
  removeUnplaced(out);
  const queued = runs.map((run): QueuedRun => {
    const piece = { settings: run.settings, dataChecksum, folder: below === null ? null : `${below}/${run.name}` };
    return { run, id: pieceId(run, piece), piece };
  });
  const byName = new Map(queued.map((own) => [own.run.name, own]));
  const byId = new Map(queued.map((own) => [own.id, own]));
  const connection = await connectedTo(place.nats);
  const queue = jetStreamQueue(connection, { name: place.queue });
  // What was taken off the queue before this command is asked for anew.
  await queue.readmit([...byId.keys()], signal).catch(async (error: unknown) => {
    if (signal.aborted) return;
    await closeInOrder(connection);
    throw denialAsInput(error);
  });
  const where = `the queue ${place.queue} of ${place.nats}`;
  const watch = pieceWatch(queue, where, {
    nameOf: (id) => byId.get(id)?.run.name ?? null,
    onTold: (id, told) => onTold(byId.get(id)!.run, told),
    onWords,
    putAgain: (id, signal) => enqueue(byId.get(id)!, signal),
  });
  const [asked, put] = [new Set<string>(), new Set<string>()];
  const enqueue = async ({ id, piece }: QueuedRun, signal: AbortSignal): Promise<void> => {
    asked.add(id);
    const isFirst = !put.has(id);
    await queue.enqueue(id, pieceJson(piece), signal);
    put.add(id);
    if (!isFirst || put.size < asked.size) return;
    onWords(`${counted(put.size, "run")} on ${where}; a signal ends the watching here, not the work`);
  };
  return {
    launch: (path, _, signal) =>
      outcomeOfRun(
        { queue, where, watch, enqueue, onWords },
        byName.get(basename(path))!,
        { path, shared: place.shared, requireHeld },
        signal,
      ),
    numQueued: () => put.size,
    async close() {
      await watch.end();
      await closeInOrder(connection);
    },
  };
}

/** What a run needs of its queue. */
interface QueueUse {
  readonly queue: WorkQueue;
  /** In words. */
  readonly where: string;
  readonly watch: PieceWatch;
  readonly enqueue: (run: QueuedRun, signal: AbortSignal) => Promise<void>;
  readonly onWords: (words: string) => void;
}

async function outcomeOfRun(
  { queue, where, watch, enqueue, onWords }: QueueUse,
  run: QueuedRun,
  place: RunPlace,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { id } = run;
  const takenOff: RunOutcome = { kind: "failed", message: `was taken off ${where} by cluster remove`, exitCode: 1 };
  try {
    for (let tries = 1; ; tries++) {
      await enqueue(run, signal);
      const outcome = await watch.outcome(id, signal);
      if (outcome === null) return { kind: "interrupted" };
      if (outcome.kind === "removed") return takenOff;
      const back = outcome.kind === "failure" ? outcome : await cameBack(queue, run, place, signal);
      // Taken off while its files were fetched.
      if (back.kind === "refused" && (await watch.outcome(id, signal))?.kind === "removed") return takenOff;
      // What has ended is here now; what has failed or is refused may go better another time.
      watch.clear(id);
      await queue.forget(id, signal);
      if (back.kind === "failure") return { kind: "failed", message: back.message, exitCode: 1 };
      if (back.kind === "run") return { kind: "ended", result: back.result, before: false };
      const refused = `what came back of it is refused: ${back.why}`;
      if (tries === maxTries) return { kind: "failed", message: `${refused}, ${maxTries} times in a row`, exitCode: 1 };
      onWords(`${run.run.name}: ${refused}; it is put on the queue again (try ${tries + 1} of ${maxTries})`);
    }
  } catch (error) {
    // What is asked of a queue after a signal is thrown back with the signal's reason.
    if (signal.aborted) return { kind: "interrupted" };
    throw denialAsInput(error);
  }
}

/** The path of a folder below the one that is shared, with `/` between its parts. @throws InputError if it is not there */
function placeWithin(shared: string, out: string): string {
  const path = relative(realpathSync(shared), realpathSync(out)).split(sep).join("/");
  if (plainPath.test(path)) return path;
  const rule = "must hold --out, in folders of letters, digits, _ . and -";
  throw new InputError({ name: "--shared", rule, value: shared });
}
