import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { nodePlatform } from "entropy-sgd-training/node";
import { expect, test } from "vitest";
import { committedSpeed } from "../src/machine/committedSpeed.ts";
import { measureSpeed } from "../src/machine/speed.ts";
import { run } from "./commandRunner.ts";

test("--json tells of this machine on one line, and ends with 0 where networks can be trained", async () => {
  const { code, stdout } = await run(["doctor", "--no-speed", "--json"]);
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const { facts, speed, remarks } = JSON.parse(stdout);
  expect(facts).toMatchObject({ node: process.version, usableCores: availableParallelism(), simdKernels: true });
  expect(facts.runtime.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(facts.runtime.providers).toContain("cpu");
  expect(facts.memory.available).toBeGreaterThan(0);
  expect(facts.memory.available).toBeLessThanOrEqual(facts.memory.total);
  expect(speed).toBeNull();
  expect(remarks).toEqual(expect.any(Array));
  expect(remarks.filter(({ kind }: { kind: string }) => kind === "broken")).toEqual([]);
});

test("without --json it speaks in sections", async () => {
  const { code, stdout, stderr } = await run(["doctor", "--no-speed"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^This machine\n[\s\S]*\nWrong\n[\s\S]*\nWhat would make it faster\n/);
  expect(stdout).not.toContain("Speed");
});

test("where ONNX Runtime cannot be loaded it says why, measures nothing and ends with 1", () => {
  const hooks = `export async function resolve(specifier, context, next) {
    if (specifier === "onnxruntime-node") throw new Error("libstdc++.so.6: cannot open shared object file: No such file");
    return next(specifier, context);
  }`;
  const asUrl = (program: string): string => `data:text/javascript,${encodeURIComponent(program)}`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(asUrl(hooks))});`;
  const program = fileURLToPath(new URL("commandProcess.ts", import.meta.url));
  const args = ["--import", "tsx", "--import", asUrl(register), program, "doctor"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/^ {2}ONNX Runtime +cannot be loaded$/m);
  expect(stdout).toMatch(
    /\nBroken\n {2}- .*the system library libstdc\+\+\.so\.6 is missing .*apt-get install libstdc\+\+6/,
  );
  expect(stdout).not.toContain("Speed");
});

test("speed is measured of gradient, update and matrix product; a graphics processor that fails is told", async () => {
  const failing = {
    ...nodePlatform,
    loadRuntime: (device: string) =>
      device === "cpu" ? nodePlatform.loadRuntime("cpu") : Promise.reject(new Error("device lost")),
  };
  const speed = await measureSpeed({ seconds: 0.01, platform: failing, withGpu: true });
  expect(speed).toEqual({
    gradientMs: expect.any(Number),
    updateNs: expect.any(Number),
    productGflops: { cpu: expect.any(Number) },
    gpuFailure: "device lost",
  });
  for (const value of [speed.gradientMs, speed.updateNs, speed.productGflops.cpu]) expect(value).toBeGreaterThan(0);
});

test("the measurement ends at a signal", async () => {
  await expect(measureSpeed({ seconds: 100, signal: AbortSignal.abort() })).rejects.toThrow(
    expect.objectContaining({ name: "Interruption" }),
  );
});

test("the committed speed is the benchmark's", () => {
  const bench = JSON.parse(readFileSync(new URL("../../../bench/results/bench.json", import.meta.url), "utf8"));
  const { machine, numParams, engines } = bench.lenet;
  const { runs } = engines.find(({ name }: { name: string }) => name === "ours");
  const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
  const of = (quantity: string): number =>
    median(runs.map((one: Readonly<Record<string, number[]>>) => median(one[quantity]!)));
  expect(committedSpeed.machine).toBe(`${machine.cores} cores of an ${machine.processor}`);
  expect(committedSpeed.cores).toBe(machine.cores);
  expect(committedSpeed.gradientMs).toBeCloseTo(of("gradientMs"), 1);
  expect(committedSpeed.updateNs).toBeCloseTo((1e6 * of("updateOneCoreMs")) / numParams, 2);
});
