import { readFileSync } from "node:fs";
import { simulateReplicas } from "entropy-sgd-cluster/simulation";
import { expect, test } from "vitest";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { run } from "./commandRunner.ts";

const asked = ["cluster", "simulate", "--parameters", "250000", "--gradient-ms", "20"];

test("replicas: the time of an exchange by hand", async () => {
  const { code, stdout } = await run([
    ...asked,
    "--replicas",
    "2,5",
    "--latency-ms",
    "1",
    "--bandwidth",
    "80",
    "--json",
  ]);
  expect(code).toBe(0);
  const { simulated } = JSON.parse(stdout);
  // Vectors of 1 MB on links of 10 MB/s, shared by all: n to the broker, n(n − 1) back, six latencies, 2 ms of requests.
  expect(simulated.map((one: { exchanging: number }) => one.exchanging)).toEqual([
    expect.closeTo(0.2 + 0.2 + 0.008, 9),
    expect.closeTo(0.5 + 2 + 0.008, 9),
  ]);
  expect(simulated[1]).toMatchObject({ replicas: 5, computing: expect.closeTo(0.4, 9), bytesOut: 20e6, deaths: 0 });
});

test("a faster broker is limited by what a process can do; float16 halves the bytes", async () => {
  const fast = [...asked, "--replicas", "2", "--latency-ms", "0", "--bandwidth", "1e6", "--json"];
  const exchanging = async (...own: string[]): Promise<number> =>
    JSON.parse((await run([...fast, ...own])).stdout).simulated[0].exchanging - 0.002;
  const whole = await exchanging();
  expect(whole).toBeCloseTo(1 / 220 + 1 / 180, 9);
  expect(await exchanging("--float16")).toBeCloseTo(whole / 2, 9);
});

test("the table for people says that nothing was measured", async () => {
  const { stdout } = await run([...asked, "--replicas", "3", "--jitter", "0.1"]);
  expect(stdout).toMatch(/^replicas +outer step, s/);
  // Three replicas read two vectors of 1 MB each.
  expect(stdout).toMatch(/ 6\.00 MB +0\n/);
  expect(stdout).toContain("Simulated, not measured");
});

test("outer steps that are all alike have no spread, in the table and as JSON; from 1 GB on bytes are in GB", async () => {
  const alike = [...asked, "--replicas", "3,32", "--bandwidth", "1234"];
  const { stdout } = await run(alike);
  expect(stdout).toMatch(/^3 +\S+ +0 .* 6\.00 MB +0$/m);
  expect(stdout).toMatch(/^32 +\S+ +0 .* 992 MB +0$/m);
  expect((await run([...asked, "--replicas", "33"])).stdout).toMatch(/^33 .* 1\.06 GB +0$/m);
  const { simulated } = JSON.parse((await run([...alike, "--json"])).stdout);
  expect(simulated.map((one: { spread: number }) => one.spread)).toEqual([0, 0]);
});

test("an inner loop has 20 gradients, as those that parle takes for networks of images", async () => {
  const { innerSteps } = resolveSettings({ network: "lenet", optimizer: "parle", budget: 1, seed: 1 }).options;
  const { model } = JSON.parse((await run([...asked, "--replicas", "2", "--json"])).stdout);
  expect([innerSteps, model.innerSteps]).toEqual([20, 20]);
});

test("workers need neither weights nor gradients; replicas need both", async () => {
  const { code, stdout } = await run(["cluster", "simulate", "--runs", "4", "--run-minutes", "60", "--workers", "2"]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^2 +2\.00 +100\.0 +0 +0$/m)]);
  for (const [given, name] of [
    [["--gradient-ms", "20"], "--parameters"],
    [["--parameters", "10"], "--gradient-ms"],
  ] as const) {
    const rule = `error: ${name}: is required of replicas; of a queue give --runs and --run-minutes\n`;
    expect(await run(["cluster", "simulate", ...given])).toMatchObject({ code: 2, stderr: rule });
  }
});

test("workers: rounds of runs by hand", async () => {
  const queue = ["--runs", "10", "--run-minutes", "60", "--workers", "3", "--bandwidth", "8"];
  const { stdout } = await run([...asked, ...queue, "--json"]);
  // A run of an hour, and a second for its 1 MB.
  expect(JSON.parse(stdout).simulated).toEqual([
    {
      workers: 3,
      makespan: expect.closeTo(4 * 3601, 6),
      lost: 0,
      deaths: 0,
      efficiency: expect.closeTo(10 / 12.0033, 4),
    },
  ]);
  expect((await run([...asked, ...queue])).stdout).toMatch(/^3 +4\.00 +83\.3 +0 +0$/m);
});

test.each([
  ["--runs", "--run-minutes"],
  ["--run-minutes", "--runs"],
])("%s needs %s", async (given, other) => {
  const { code, stderr } = await run([...asked, given, "10"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${other}: is required with ${given}\n`)]);
});

test("the committed measurement is by the model of today, and within 15 % of it", () => {
  const { elements, megabits, cases } = JSON.parse(
    readFileSync(new URL("../../../docs/results/exchange-model.json", import.meta.url), "utf8"),
  );
  const link = (megabits * 1e6 * 1448) / 8 / 1514;
  const rates = { sendRate: link, receiveRate: link, brokerIn: link, brokerOut: link };
  expect(cases.length).toBe(4);
  for (const { replicas, simulated, measured } of cases) {
    const model = { gradientTime: 1e-9, innerSteps: 1, vectorBytes: 4 * elements, latency: 0, ...rates };
    expect(simulateReplicas(model, { replicas, outerSteps: 1 }).exchanging).toBeCloseTo(simulated, 9);
    expect(Math.abs(measured / simulated - 1)).toBeLessThan(0.15);
  }
});
