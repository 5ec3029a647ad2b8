/** How long the outer steps of Parle take with many replicas: a model of their work, their links and their broker. */
import { rangeError } from "entropy-sgd";
import { checkInteger } from "../clusterError.ts";
import { checkNumbers } from "./checkNumbers.ts";
import { exponentials } from "./draws.ts";
import { endsOfFlows } from "./sharedLink.ts";

/** Machines and their network. Times in seconds, rates in bytes per second. */
export interface ClusterModel {
  /** Of one gradient, on a replica that nothing disturbs. */
  readonly gradientTime: number;
  /** L: gradients between exchanges. */
  readonly innerSteps: number;
  /** Of a vector on the wire: 4 bytes for each parameter with float32, 2 with float16. */
  readonly vectorBytes: number;
  /** Between a replica and the broker, one way. */
  readonly latency: number;
  /** What one replica can send, and what it can receive: the least of its link and its own work on each byte. */
  readonly sendRate: number;
  readonly receiveRate: number;
  /** What the broker can take in, and what it can give out, for all replicas together. */
  readonly brokerIn: number;
  readonly brokerOut: number;
  /** Of an exchange beside what its bytes and its latencies take. Default 0. */
  readonly overhead?: number;
  /** Mean of the random delay of an inner loop as a share of its time; the delay is exponential. Default 0. */
  readonly jitter?: number;
  /** Share of the replicas that are slow, and how many times as long their gradients take. Default none. */
  readonly slowShare?: number;
  readonly slowFactor?: number;
  /** How often a replica dies in an hour of its work. Default 0. */
  readonly deathsPerHour?: number;
  /** Until one that died has joined again. Default 60. */
  readonly restartTime?: number;
  /** Between heartbeats: a dead replica is waited for until three are missed. Default 1. */
  readonly heartbeat?: number;
}

export interface SimulationOptions {
  readonly replicas: number;
  /** Outer steps that are simulated. Default 100. */
  readonly outerSteps?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Means over the outer steps, in seconds, of a replica. */
export interface SimulatedReplicas {
  readonly replicas: number;
  /** From one exchange to the next. */
  readonly outerStep: number;
  /** Sample standard deviation of an outer step; null of a single one. */
  readonly spread: number | null;
  /** Of the gradients themselves. */
  readonly computing: number;
  /** Until the last of the replicas has ended its inner loop, or has been given up. */
  readonly waiting: number;
  /** The rest: vectors on their way. */
  readonly exchanging: number;
  /** Bytes that the broker gives out for an outer step. */
  readonly bytesOut: number;
  /** Gradients per second of all replicas, over those of one alone. */
  readonly speedup: number;
  readonly deaths: number;
}

const where = "simulateReplicas";
const defaults = {
  overhead: 0,
  jitter: 0,
  slowShare: 0,
  slowFactor: 1,
  deathsPerHour: 0,
  restartTime: 60,
  heartbeat: 1,
};

/**
 * The time of outer steps by this model, replica a of n, one-way latency ℓ, B bytes of a vector:
 *
 *   computes   L·g·(slow factor)·(1 + jitter·Exp(1))
 *   publishes  B bytes, which share the broker's way in; 2ℓ until its chunks are acknowledged, 2ℓ until all know its commit
 *   waits      for the commits of all living replicas; for one that has died three heartbeats from its death
 *   reads      (n − 1)·B bytes, which share the broker's way out; 2ℓ
 *
 * So the broker gives out n(n − 1)·B bytes for each outer step: what ends the scaling where its links do.
 *
 * Randomness: Philox, a function of (seed, outer step, replica). Cost: O(replicas · outer steps).
 *
 * @throws RangeError for a bad value
 */
export function simulateReplicas(model: ClusterModel, options: SimulationOptions): SimulatedReplicas {
  const { replicas, outerSteps = 100, seed = 0 } = options;
  checkInteger(where, "replicas", replicas, 1, 1_000_000);
  checkInteger(where, "outerSteps", outerSteps, 1, 1_000_000);
  const complete = checkedModel(model);
  const loop = model.gradientTime * model.innerSteps;
  const innerLoops = innerLoopsOf(complete, replicas, seed);
  const sums = { computing: 0, waiting: 0, exchanging: 0, loops: 0 };
  const lengths: number[] = [];
  let now = 0;
  for (let step = 0; step < outerSteps; step++) {
    const { ends, givenUp, nextBack } = innerLoops.from(now, step);
    const computed = Math.max(givenUp, ends.at(-1) ?? nextBack);
    const end = exchangeEnd(complete, ends, computed);
    const computing = ends.length === 0 ? 0 : loop;
    sums.computing += computing;
    sums.waiting += computed - computing;
    sums.exchanging += end - computed;
    sums.loops += ends.length;
    lengths.push(end);
    now += end;
  }
  // Differences from the first: equal lengths have a mean and a spread without rounding.
  const [first] = lengths as [number];
  const outerStep = first + lengths.reduce((sum, length) => sum + (length - first), 0) / outerSteps;
  const squares = lengths.reduce((sum, length) => sum + (length - outerStep) ** 2, 0);
  return {
    replicas,
    outerStep,
    spread: outerSteps === 1 ? null : Math.sqrt(squares / (outerSteps - 1)),
    computing: sums.computing / outerSteps,
    waiting: sums.waiting / outerSteps,
    exchanging: sums.exchanging / outerSteps,
    bytesOut: replicas * (replicas - 1) * model.vectorBytes,
    speedup: (sums.loops * loop) / now,
    deaths: innerLoops.deaths(),
  };
}

/** @throws RangeError for a bad value */
function checkedModel(model: ClusterModel): Required<ClusterModel> {
  const complete = { ...defaults, ...model };
  const { gradientTime, innerSteps, vectorBytes, sendRate, receiveRate, brokerIn, brokerOut, ...others } = complete;
  checkInteger(where, "innerSteps", innerSteps, 1);
  checkNumbers(where, { gradientTime, vectorBytes, sendRate, receiveRate, brokerIn, brokerOut }, "positive");
  checkNumbers(where, others, "not negative");
  if (others.slowShare > 1) throw rangeError(where, "slowShare", "must be in [0, 1]", others.slowShare);
  return complete;
}

/** How the inner loops of one outer step went; times from its begin. */
interface InnerLoops {
  /** When those ended that did, ascending. */
  readonly ends: readonly number[];
  /** When the last of those that died is given up; 0 where none died. */
  readonly givenUp: number;
  /** When the first replica is back of those that are away. */
  readonly nextBack: number;
}

function innerLoopsOf(model: Required<ClusterModel>, replicas: number, seed: number) {
  const loop = model.gradientTime * model.innerSteps;
  const numSlow = Math.round(model.slowShare * replicas);
  const [delays, lives] = [exponentials(seed, "delays"), exponentials(seed, "lives")];
  const back = new Float64Array(replicas);
  let numDeaths = 0;
  return {
    deaths: (): number => numDeaths,
    from(start: number, step: number): InnerLoops {
      const [delay, life] = [delays.at(step, replicas), lives.at(step, replicas)];
      const ends: number[] = [];
      let givenUp = 0;
      for (let replica = 0; replica < replicas; replica++) {
        if (back[replica]! > start) continue;
        const time = loop * (replica < numSlow ? model.slowFactor : 1) * (1 + model.jitter * delay[replica]!);
        const untilDeath = (3600 * life[replica]!) / model.deathsPerHour;
        if (untilDeath >= time) ends.push(time);
        else {
          numDeaths += 1;
          givenUp = Math.max(givenUp, untilDeath + 3 * model.heartbeat);
          back[replica] = start + untilDeath + model.restartTime;
        }
      }
      const nextBack = back
        .filter((time) => time > start)
        .reduce((least, time) => Math.min(least, time - start), Infinity);
      return { ends: ends.sort((one, other) => one - other), givenUp, nextBack };
    },
  };
}

/** When the replicas whose inner loops ended then have the mean; not before the others are given up. */
function exchangeEnd(model: Required<ClusterModel>, ends: readonly number[], givenUp: number): number {
  const { vectorBytes, latency, overhead, sendRate, receiveRate, brokerIn, brokerOut } = model;
  if (ends.length === 0) return givenUp;
  const published = endsOfFlows({ starts: ends, bytes: vectorBytes }, { all: brokerIn, each: sendRate });
  const known = Math.max(givenUp, published.at(-1)! + 4 * latency);
  const others = ends.length - 1;
  if (others === 0) return known + overhead;
  const reads = { starts: ends.map(() => known), bytes: others * vectorBytes };
  const read = endsOfFlows(reads, { all: brokerOut, each: receiveRate });
  return read.at(-1)! + 2 * latency + overhead;
}
