import { expect, test } from "vitest";
import { endsOfFlows } from "../src/simulation/sharedLink.ts";
import { type ClusterModel, simulateReplicas, simulateWorkers } from "../src/simulation.ts";

/** Exact in binary: gradients of 1/64 s, vectors of 2²⁰ bytes. */
const model: ClusterModel = {
  gradientTime: 1 / 64,
  innerSteps: 32,
  vectorBytes: 2 ** 20,
  latency: 1 / 1024,
  sendRate: 2 ** 24,
  receiveRate: 2 ** 24,
  brokerIn: 2 ** 25,
  brokerOut: 2 ** 26,
};

/** H_n, the mean of the largest of n exponential draws. */
const harmonic = (n: number): number => Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0);

/** The variance of the largest of n exponential draws. */
const variance = (n: number): number => Array.from({ length: n }, (_, i) => (i + 1) ** -2).reduce((a, b) => a + b, 0);

test.each([
  { starts: [0, 0], all: 2, each: 2, ends: [8, 8], words: "two at once have half each" },
  { starts: [0, 0], all: 8, each: 2, ends: [4, 4], words: "a wide link: each its own" },
  { starts: [0, 2], all: 2, each: 2, ends: [6, 8], words: "the second comes when the first has half" },
  { starts: [0, 10], all: 2, each: 2, ends: [4, 14], words: "one after the other" },
  { starts: [0, 4], all: 2, each: 2, ends: [4, 8], words: "one comes as the other ends" },
])("flows of 8 bytes on a link: $words", ({ starts, all, each, ends }) => {
  expect(endsOfFlows({ starts, bytes: 8 }, { all, each })).toEqual(ends);
});

test("replicas alike: the outer step is computed by hand", () => {
  // Four vectors of 1 MiB share 32 MiB/s: 1/8 s. Each reads three at 16 MiB/s (of 64 for four): 3/16 s. Six latencies.
  const found = simulateReplicas(model, { replicas: 4, outerSteps: 5 });
  expect(found.computing).toBe(0.5);
  expect(found.waiting).toBe(0);
  expect(found.exchanging).toBeCloseTo(1 / 8 + 3 / 16 + 6 / 1024, 12);
  expect(found.outerStep).toBeCloseTo(0.5 + found.exchanging, 12);
  expect(found.spread).toBeCloseTo(0, 12);
  expect(found.speedup).toBeCloseTo((4 * 0.5) / found.outerStep, 12);
  expect(found.bytesOut).toBe(4 * 3 * 2 ** 20);
});

test("the broker's way out ends the scaling: its time grows by n(n − 1)", () => {
  const exchangeOf = (replicas: number): number =>
    simulateReplicas({ ...model, latency: 0 }, { replicas, outerSteps: 1 }).exchanging;
  for (const n of [30, 1_000]) {
    // In seconds: all publish through 32 MiB/s, and all read through 64 MiB/s.
    expect(exchangeOf(n)).toBeCloseTo(n / 32 + (n * (n - 1)) / 64, 8);
  }
});

test.each([3, 30, 300])("%s replicas wait for the slowest of them: H_n times the mean delay", (replicas) => {
  const outerSteps = 4_000;
  const found = simulateReplicas({ ...model, jitter: 0.2 }, { replicas, outerSteps });
  const scale = 0.2 * 0.5;
  const standardError = scale * Math.sqrt(variance(replicas) / outerSteps);
  expect(Math.abs(found.waiting - scale * harmonic(replicas))).toBeLessThan(5 * standardError);
});

test("steps that are alike have no spread", () => {
  const odd = { ...model, gradientTime: 0.1 + 0.2 };
  for (const outerSteps of [2, 3, 200])
    expect(simulateReplicas(odd, { replicas: 7, outerSteps })).toMatchObject({ spread: 0 });
  expect(simulateReplicas(odd, { replicas: 7, outerSteps: 1 }).spread).toBeNull();
});

test("one slow replica slows all of them", () => {
  const found = simulateReplicas({ ...model, slowShare: 0.1, slowFactor: 3 }, { replicas: 10, outerSteps: 3 });
  expect(found.waiting).toBeCloseTo(2 * 0.5, 12);
});

test("a replica that dies costs three heartbeats and is missed until it is back", () => {
  const dying: ClusterModel = { ...model, deathsPerHour: 3.6, restartTime: 20, heartbeat: 2 };
  const steps = { replicas: 10, outerSteps: 4_000 };
  const found = simulateReplicas(dying, steps);
  // A replica dies in 1,000 s of its work in the mean, in one inner loop of 0.5 s so with this chance; over those that ran.
  const ran = (found.speedup * found.outerStep * steps.outerSteps) / 0.5 + found.deaths;
  const chance = 1 - Math.exp(-0.5 / 1000);
  expect(Math.abs(found.deaths - ran * chance)).toBeLessThan(5 * Math.sqrt(ran * chance));
  // Each death is waited for 6 s from its moment, which lies in the loop; rarely two of them at once.
  const waited = found.waiting * steps.outerSteps;
  expect(waited).toBeLessThan(found.deaths * 6);
  expect(waited).toBeGreaterThan(found.deaths * (6 - 0.5) * 0.9);
  expect(found.speedup).toBeLessThan(simulateReplicas(model, steps).speedup);
});

test("the same seed gives the same times, another one others", () => {
  const jittery = { ...model, jitter: 0.5 };
  const of = (seed: number) => simulateReplicas(jittery, { replicas: 7, outerSteps: 10, seed });
  expect(of(1)).toEqual(of(1));
  expect(of(2).outerStep).not.toBe(of(1).outerStep);
});

test("all replicas may be dead at once", () => {
  const found = simulateReplicas(
    { ...model, deathsPerHour: 3600 * 2, restartTime: 5 },
    { replicas: 2, outerSteps: 200 },
  );
  expect(found.deaths).toBeGreaterThan(100);
  expect(Number.isFinite(found.outerStep)).toBe(true);
  expect(found.computing + found.waiting + found.exchanging).toBeCloseTo(found.outerStep, 9);
});

test("workers without faults: whole rounds of runs", () => {
  const found = simulateWorkers({ workers: 3, runs: 10, runTime: 100, overhead: 5 });
  expect(found).toEqual({ makespan: 4 * 105, lost: 0, deaths: 0, efficiency: 1000 / (3 * 420) });
});

test.each([
  { checkpointTime: null, words: "anew", expected: (Math.exp(3) - 1) / (0.03 / 1) },
  // In 20 pieces of 5 s, each begun anew until it succeeds.
  { checkpointTime: 5, words: "from its checkpoint", expected: (20 * (Math.exp(0.15) - 1)) / 0.03 },
])("a worker that dies begins a run $words: the mean time of a run of 100 s", ({ checkpointTime, expected }) => {
  // Deaths at the rate λ = 0.03/s: a piece of work of T seconds takes (e^{λT} − 1)/λ of work in the mean.
  const runs = 4_000;
  const quick = { restartTime: 0, heartbeat: 0, deathsPerHour: 0.03 * 3600, checkpointTime };
  const found = simulateWorkers({ workers: 1, runs, runTime: 100, ...quick });
  // The number of deaths of a run is geometric with mean e³ − 1 ≈ 19 at most: a standard deviation of about its mean.
  const deviation = checkpointTime === null ? expected : (20 * Math.sqrt(Math.exp(0.3) - 1 - 0.3)) / 0.03;
  expect(Math.abs(found.makespan / runs - expected)).toBeLessThan(5 * (deviation / Math.sqrt(runs)));
});

test("a death gives the run to the worker that waits", () => {
  const base = { workers: 2, runs: 1, runTime: 100, heartbeat: 10, restartTime: 1e6, deathsPerHour: 30 };
  const seeds = Array.from({ length: 200 }, (_, seed) => simulateWorkers({ ...base, seed }));
  const once = seeds.find(({ deaths }) => deaths === 1)!;
  // The time lost, three heartbeats, and the run as a whole.
  expect(once.makespan).toBeCloseTo(once.lost + 30 + 100, 9);
});

test.each([
  [() => simulateReplicas(model, { replicas: 0 }), /simulateReplicas: replicas must be an integer from 1/],
  [() => simulateReplicas({ ...model, latency: -1 }, { replicas: 3 }), /latency must be finite and not negative/],
  [() => simulateReplicas({ ...model, brokerOut: 0 }, { replicas: 3 }), /brokerOut must be finite and positive/],
  [() => simulateReplicas({ ...model, slowShare: 2 }, { replicas: 3 }), /slowShare must be in \[0, 1\]/],
  [() => simulateWorkers({ workers: 1, runs: 1, runTime: 0 }), /simulateWorkers: runTime must be finite and positive/],
  [
    () => simulateWorkers({ workers: 1, runs: 1, runTime: 3600, deathsPerHour: 100, restartTime: 0 }),
    /deathsPerHour must be less: a run had not ended after 10000 deaths/,
  ],
])("what cannot be is refused: %#", (simulate, message) => {
  expect(simulate).toThrow(message);
});
