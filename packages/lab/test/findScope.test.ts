import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scopeCommands } from "../src/commands/scopeCommands.ts";
import { foundScopes, scopeOfShare } from "../src/measure/foundScopes.ts";
import type { ScopeSweep } from "../src/measure/searchScope.ts";
import { dataFolder, freshOut, run } from "./commandRunner.ts";

const own = ["--network", "small-mnistfc", "--data", dataFolder(), "--set", "validation=100", "--set", "batchSize=50"];

test("sweeps the scopes, finds those of the shares, and writes page, figures and numbers", async () => {
  const out = freshOut();
  const asked = ["--scopes", "9", "--sweeps", "2", "--from", "1e-3", "--to", "10", "--set", "innerSteps=5"];
  // 12 gradients an epoch: 24 outer steps of 5, 12 for each sweep, of which the last 9 are swept.
  const { code, stdout, stderr } = await run([
    ...["find-scope", ...own, "--threads", "1", "--out", out, "--budget", "10", "--json", ...asked],
  ]);
  expect([code, stderr.split("\n")[0]]).toEqual([0, "find-scope: 2 sweeps through 9 scopes, 120 gradients in all"]);
  const { sweeps, force, distance, focusing } = JSON.parse(stdout);
  expect(sweeps.map(({ effectiveEpochs }: ScopeSweep) => effectiveEpochs)).toEqual([15 / 12, 75 / 12]);
  for (const { points } of sweeps as ScopeSweep[]) {
    for (const [i, { scope }] of points.entries()) expect(Math.log10(scope)).toBeCloseTo(-3 + i / 2, 9);
    // Where η'γL is small the force is proportional to the scope, and a large one holds the inner weights back.
    expect(points[8]!.force).toBeGreaterThan(100 * points[0]!.force);
    expect(points[8]!.distance).toBeLessThan(points[0]!.distance);
  }
  expect(force.map(({ share }: { share: number }) => share)).toEqual([0.01, 0.03, 0.1, 0.3, 1]);
  expect(force[1].mean).toBeGreaterThan(force[0].mean);
  expect(distance).toHaveLength(4);
  expect(focusing.mean).toBeGreaterThan(0);
  for (const name of ["find-scope.html", "find-scope.json", "scope-force.svg", "scope-distance.png"])
    expect(existsSync(join(out, name)), name).toBe(true);
  expect(JSON.parse(readFileSync(join(out, "find-scope.json"), "utf8"))).toEqual(JSON.parse(stdout));
});

test("sweeps the scope of a preset that keeps it in training", async () => {
  const asked = ["--scopes", "5", "--sweeps", "1", "--budget", "1", "--set", "innerSteps=2", "--preset", "pytorch"];
  const { code, stdout } = await run([
    ...["find-scope", ...own, "--threads", "1", "--out", freshOut(), "--json", "--from", "0.01", "--to", "1", ...asked],
  ]);
  expect(code).toBe(0);
  const [{ points }] = JSON.parse(stdout).sweeps as [ScopeSweep];
  for (const [i, { scope }] of points.entries()) expect(Math.log10(scope)).toBeCloseTo(-2 + i / 2, 9);
  expect(points[4]!.force).toBeGreaterThan(10 * points[0]!.force);
});

test.each([
  ["an optimizer without a scope", "--optimizer sgd", 'error: optimizer: must have a scope, got "sgd"'],
  // Going down it would cross every share the wrong way.
  [
    "a range that falls",
    "--from 10 --to 1",
    "error: to: must be at least 10, the first, and a finite factor from it, got 1",
  ],
  ["a range without a factor", "--from 1e-300 --to 1e300", "error: to: must be at least 1e-300, the first, "],
])("%s is refused", async (_, options, message) => {
  const { code, stderr } = await run(["find-scope", ...own, ...options.split(" ")]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("a search that diverges at once says so, and writes nothing", async () => {
  const out = freshOut();
  const { code, stderr } = await run([
    ...["find-scope", ...own, "--threads", "1", "--out", out, "--budget", "1", "--scopes", "9", "--sweeps", "2"],
    ...["--set", "innerSteps=5", "--set", "innerLearningRate=1e38"],
  ]);
  expect([code, stderr, existsSync(out)]).toEqual([
    3,
    expect.stringMatching(/\nfind-scope: sweep 1 diverged: take smaller rates or scopes\n$/),
    false,
  ]);
});

const sweep = (points: readonly (readonly [number, number, number])[]): ScopeSweep => ({
  effectiveEpochs: 0,
  points: points.map(([scope, force, distance]) => ({ scope, force, distance, focusing: 4 * scope })),
});

test("a share is crossed between two scopes, by the logarithms", () => {
  const own = sweep([
    [1, 0.1, 0.4],
    [100, 0.9, 0.1],
    [1e4, 0.2, 0.2],
  ]);
  // 0.3 is the geometric middle of 0.1 and 0.9, as 10 of 1 and 100.
  expect(scopeOfShare(own, "force", 0.3)).toBeCloseTo(10, 10);
  expect(scopeOfShare(own, "distance", 0.2)).toBeCloseTo(10, 10);
  // Before the range or never.
  expect([scopeOfShare(own, "force", 0.05), scopeOfShare(own, "force", 1)]).toEqual([null, null]);
  expect(scopeOfShare(own, "distance", 0.5)).toBeNull();
});

test("the scope of a share is the geometric mean of the sweeps that cross it", () => {
  const sweeps = [
    sweep([
      [1, 0.1, 1],
      [100, 0.9, 1],
    ]),
    sweep([
      [10, 0.1, 1],
      [1000, 0.9, 1],
    ]),
    sweep([[1, 1, 1]]),
  ];
  const { force, distance, focusing } = foundScopes(sweeps, { force: [0.3], distance: [0.5] });
  expect(force[0]).toMatchObject({ share: 0.3, n: 2 });
  expect(force[0]!.mean).toBeCloseTo(Math.sqrt(1000), 8);
  // ln 10 and ln 100 lie ½ ln 10 from their mean: the sample's deviation is ln 10/√2.
  expect(force[0]!.factor).toBeCloseTo(10 ** Math.SQRT1_2, 8);
  expect(distance[0]).toEqual({ share: 0.5, mean: null, factor: null, n: 0 });
  expect(focusing.mean).toBeCloseTo(4 * 10 ** (1 / 3), 8);
});

test("ends with the commands that train with what it found, by the same settings", async () => {
  const asked = ["--scopes", "9", "--sweeps", "2", "--set", "innerSteps=5", "--preset", "lua", "--budget", "10"];
  const { stdout } = await run(["find-scope", ...own, "--threads", "1", "--out", freshOut(), ...asked]);
  const command = /^Train with a force of [\d.]+ of ‖∇f‖: npx entropy-sgd (train .*--set scope=[\d.]+)$/m.exec(
    stdout,
  )![1]!;
  expect(command).toMatch(
    /^train .*--network small-mnistfc .*--preset lua .*--set batchSize=50 --set innerSteps=5 --set scope=/,
  );
  const out = freshOut();
  const { code } = await run([...command.split(" "), "--budget", "1", "--out", out]);
  expect(code).toBe(0);
  const { options, innerSteps } = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
  expect([`${options.scope}`, innerSteps]).toEqual([/scope=(.*)$/.exec(command)![1], 5]);
});

test("the commands take the strongest force and the middle distance that most sweeps cross, as a shell reads them", () => {
  const found = (share: number, mean: number | null, n: number) => ({ share, mean, factor: null, n });
  const focusing = { mean: 1, factor: null, n: 2 };
  const force = [found(0.1, 0.51234, 2), found(0.3, 2, 2), found(1, 9, 1)];
  const distance = [found(0.003, 900, 2), found(0.01, 12.3456, 2), found(0.1, 1, 2)];
  const settings = {
    network: "lenet",
    optimizer: "entropy-sgd",
    seed: 2,
    budget: 4,
    set: ["scope=1", "learningRate=exponential(1, 2)"],
  };
  expect(scopeCommands({ force, distance, focusing }, settings)).toEqual([
    "Train with a force of 0.3 of ‖∇f‖: npx entropy-sgd train --network lenet --optimizer entropy-sgd --seed 2 --budget 4 --set 'learningRate=exponential(1, 2)' --set scope=2",
    "Train with the distance held at 0.01 of ‖x‖: npx entropy-sgd train --network lenet --optimizer entropy-sgd --seed 2 --budget 4 --set 'learningRate=exponential(1, 2)' " +
      "--set 'scope=distanceScope(0.01, 12.3)'",
  ]);
  expect(scopeCommands({ force: [found(1, null, 0)], distance: [], focusing }, settings)).toEqual([]);
});
