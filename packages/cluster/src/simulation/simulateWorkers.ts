/** How long a queue of runs takes on many workers: a model of their deaths and of what comes back. */
import { rangeError } from "entropy-sgd";
import { checkInteger } from "../clusterError.ts";
import { checkNumbers } from "./checkNumbers.ts";
import { type Exponentials, exponentials } from "./draws.ts";

/** Workers and their runs. Times in seconds. */
export interface QueueModel {
  readonly workers: number;
  readonly runs: number;
  /** Of a run that nothing disturbs. */
  readonly runTime: number;
  /** Mean of the random delay of a run as a share of its time; exponential. Default 0. */
  readonly jitter?: number;
  /** Of a run beside its training: to load data, to send its folder back. Default 0. */
  readonly overhead?: number;
  /** How often a worker dies in an hour of its work. Default 0. */
  readonly deathsPerHour?: number;
  /** Until one that died takes runs again. Default 60. */
  readonly restartTime?: number;
  /** Three missed ones give its run to another worker. Default 10. */
  readonly heartbeat?: number;
  /** Between checkpoints that the next worker can reach; null where it begins anew. Default null. */
  readonly checkpointTime?: number | null;
  /** Default 0. */
  readonly seed?: number;
}

/** How the runs went. */
export interface SimulatedWorkers {
  /** Seconds until the last run has ended. */
  readonly makespan: number;
  /** The work of all runs over what the workers could have done in that time. */
  readonly efficiency: number;
  /** Seconds of work that deaths undid. */
  readonly lost: number;
  readonly deaths: number;
}

const where = "simulateWorkers";
const defaults = { jitter: 0, overhead: 0, deathsPerHour: 0, restartTime: 60, heartbeat: 10, seed: 0 };
/** Deaths of one run after which it is said never to end. */
const mostAttempts = 10_000;

/** A run that waits for a worker. */
interface Piece {
  readonly run: number;
  /** From when on it can be taken. */
  readonly from: number;
  /** Seconds of work that are left. */
  readonly left: number;
  readonly attempt: number;
}

/**
 * The makespan of runs on a queue by this model: whoever is free first takes the run that has waited longest. A worker that dies
 * after u seconds of a run gives it back at its death and three heartbeats, without the work since the last checkpoint, or
 * without all of it.
 *
 * Randomness: Philox, a function of (seed, run, attempt). Cost: O(runs · log workers) and the deaths.
 *
 * @throws RangeError for a bad value, and for runs that would never end
 */
export function simulateWorkers(model: QueueModel): SimulatedWorkers {
  const { workers, runs, seed, ...own } = checkedModel(model);
  const [delays, lives] = [exponentials(seed, "run delays").at(0, runs), exponentials(seed, "worker lives")];
  const waiting: Piece[] = Array.from({ length: runs }, (_, run) => {
    return { run, from: 0, left: own.runTime * (1 + own.jitter * delays[run]!), attempt: 0 };
  });
  const work = waiting.reduce((sum, { left }) => sum + left, 0);
  const free = Array<number>(workers).fill(0);
  const done = { makespan: 0, lost: 0, deaths: 0 };
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    const start = Math.max(free.shift()!, piece.from);
    const time = own.overhead + piece.left;
    const untilDeath = lifeOf(lives, piece, own.deathsPerHour);
    if (untilDeath >= time) {
      insert(free, start + time, (at) => at);
      done.makespan = Math.max(done.makespan, start + time);
      continue;
    }
    const kept = keptOf(Math.max(0, untilDeath - own.overhead), own.checkpointTime);
    done.deaths += 1;
    done.lost += untilDeath - kept;
    insert(free, start + untilDeath + own.restartTime, (at) => at);
    const from = start + untilDeath + 3 * own.heartbeat;
    insert(waiting, { ...piece, from, left: piece.left - kept, attempt: piece.attempt + 1 }, (other) => other.from);
  }
  return { ...done, efficiency: work / (workers * done.makespan) };
}

function checkedModel(model: QueueModel) {
  const { checkpointTime = null, ...others } = model;
  const complete = { ...defaults, ...others };
  const { workers, runs, seed, runTime, ...times } = complete;
  checkInteger(where, "workers", workers, 1, 1_000_000);
  checkInteger(where, "runs", runs, 1, 1_000_000);
  checkInteger(where, "seed", seed);
  checkNumbers(where, { runTime, ...(checkpointTime === null ? {} : { checkpointTime }) }, "positive");
  checkNumbers(where, times, "not negative");
  return { ...complete, checkpointTime };
}

/** @throws RangeError for a run that too many workers have died with */
function lifeOf(lives: Exponentials, { run, attempt }: Piece, deathsPerHour: number): number {
  if (deathsPerHour === 0) return Number.POSITIVE_INFINITY;
  if (attempt === mostAttempts)
    throw rangeError(
      where,
      "deathsPerHour",
      `must be less: a run had not ended after ${attempt} deaths`,
      deathsPerHour,
    );
  return (3600 * lives.at(run * mostAttempts + attempt, 1)[0]!) / deathsPerHour;
}

/** The work that the next worker finds. */
function keptOf(worked: number, checkpointTime: number | null): number {
  return checkpointTime === null ? 0 : Math.floor(worked / checkpointTime) * checkpointTime;
}

/** Puts an element into a list in ascending order, behind equal ones. */
function insert<Element>(list: Element[], element: Element, placeOf: (element: Element) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(list[middle]!) <= placeOf(element)) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, element);
}
