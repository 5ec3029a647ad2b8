/** What the dashboard's server answers about runs on the disk. */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun } from "../src/runs/readRun.ts";
import type { ApiError, CompareAnswer, Curve, GroupList, RunDetail, RunList } from "../src/serve/api.ts";
import { run } from "./commandRunner.ts";
import { entropy, settingsOf } from "./runsOnDisk.ts";
import { serving } from "./serveHelpers.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";

const folder = temporaryFolder();
const real = join(folder, "real one");
writeRun(join(folder, "four", "sgd-1"), { seed: 1, errors: [0.1, 0.04] });
writeRun(join(folder, "four", "sgd-2"), { seed: 2, errors: [0.2, 0.06] });
writeRun(join(folder, "four", "adam-1"), { optimizer: "adam", seed: 1, errors: [0.3, 0.1] });
writeRun(join(folder, "going"), { optimizer: "entropy-sgd", errors: [0.3], result: null });
await runTraining(settingsOf(entropy), { out: real });
const sliced = await run(["slice", real, "--points", "3", "--grid", "2", "--examples", "20"]);
const server = await serving(folder);

const inRun = (path: string, id = "real one"): string => `${path}?${new URLSearchParams({ run: id })}`;

describe("many runs", () => {
  test("are rows with their facts", async () => {
    const { body } = await server.json<RunList>("/api/runs");
    expect(body.folder).toBe(folder);
    expect(body.runs.map(({ id, status }) => [id, status])).toEqual([
      ["four/adam-1", "ended"],
      ["four/sgd-1", "ended"],
      ["four/sgd-2", "ended"],
      ["going", "unfinished"],
      ["real one", "ended"],
    ]);
    const [, sgd, other, going] = body.runs.map(({ facts }) => facts!);
    expect(sgd).toMatchObject({ network: "lenet", optimizer: "sgd", seed: 1, gradients: 80, totalGradients: 80 });
    expect(sgd).toMatchObject({
      gradientsPerEpoch: 40,
      effectiveEpochs: 2,
      test: 0.04,
      trainLoss: 0.05,
      endReason: "budget",
    });
    expect(sgd!.group).toBe(other!.group);
    expect(going).toMatchObject({ gradients: 80, test: 0.3, bestTest: null, endReason: null });
  });

  test("differing in the seed are a group, with means over it", async () => {
    const { body } = await server.json<GroupList>("/api/groups");
    const group = body.groups.find(({ label }) => label.startsWith("sgd"))!;
    expect(group.runs).toEqual(["four/sgd-1", "four/sgd-2"]);
    expect(group.test).toEqual({ mean: 0.05, sd: expect.closeTo(0.02 / Math.SQRT2, 12), n: 2 });
  });

  test("are compared at equal gradients, with bands over seeds", async () => {
    const ids = ["four/sgd-1", "four/sgd-2", "four/adam-1"];
    const query = new URLSearchParams(ids.map((id): [string, string] => ["run", id]));
    const { body } = await server.json<CompareAnswer>(`/api/compare?${query}`);
    const [{ groups, differences }] = body.comparisons as [CompareAnswer["comparisons"][number]];
    expect(groups.map(({ label, seeds }) => [label, seeds])).toEqual([
      ["sgd", [1, 2]],
      ["adam", [1]],
    ]);
    const deviation = 0.1 / Math.SQRT2;
    expect(groups[0]!.curve.gradients).toEqual([40, 80]);
    expect(groups[0]!.curve.n).toEqual([2, 2]);
    expect(groups[0]!.curve.mean[0]).toBeCloseTo(0.15, 12);
    expect(groups[0]!.curve.high[0]).toBeCloseTo(0.15 + deviation, 12);
    expect(groups[1]!.curve).toEqual({
      gradients: [40, 80],
      mean: [0.3, 0.1],
      low: [0.3, 0.1],
      high: [0.3, 0.1],
      n: [1, 1],
    });
    expect(differences[0]!.sentence).toMatch(/^Test error: sgd 5\.00 % against adam 10\.00 % at the end/);
    const losses = await server.json<CompareAnswer>(`/api/compare?${query}&quantity=testLoss`);
    expect(losses.body.comparisons[0]!.groups[0]!.curve.mean).toEqual([0.1, 0.1]);
  });
});

describe("one run", () => {
  test("has settings, machine, evaluations and the commands of missing figures", async () => {
    const { body } = await server.json<RunDetail>(inRun("/api/run"));
    const record = readRun(real);
    const content = body.content!;
    expect(new Map(content.settings).get("innerSteps")).toBe(5);
    expect(new Map(content.environment).get("node")).toBe(process.version);
    expect(content.evaluations.map(({ gradients, test: error }) => [gradients, error])).toEqual(
      record.evaluations.map(({ gradients, testError }) => [gradients, testError]),
    );
    expect(content).toMatchObject({ innerSteps: 5, numParams: record.start.numParams, batchSize: 50, edits: [] });
    expect(content.missing.map(({ name }) => name)).toEqual(["spectrum", "local-entropy", "robustness", "flatness"]);
    expect(content.missing[0]!.command).toBe(`npx entropy-sgd spectrum '${real}'`);
  });

  test("has columns of its outer steps against each axis", async () => {
    const { outers, evaluations } = readRun(real);
    const curve = (await server.json<Curve>(`${inRun("/api/curve")}&columns=batchLoss,scope`)).body;
    expect(curve.x).toEqual(outers.map(({ gradients }) => gradients));
    expect(curve.columns).toEqual({
      batchLoss: outers.map(({ batchLoss }) => batchLoss),
      scope: outers.map(({ scope }) => scope),
    });
    expect(curve).toMatchObject({ total: outers.length, inInterval: outers.length, extent: [5, 40] });
    const epochs = (await server.json<Curve>(`${inRun("/api/curve")}&x=epochs`)).body;
    expect(epochs.x).toEqual(outers.map(({ effectiveEpochs }) => effectiveEpochs));
    const seconds = (await server.json<Curve>(`${inRun("/api/curve")}&x=seconds`)).body;
    for (const event of evaluations) {
      expect(seconds.x[outers.findIndex(({ gradients }) => gradients === event.gradients)]).toBeCloseTo(
        event.seconds,
        12,
      );
    }
  });

  test("without a scope has no columns of one", async () => {
    const { body } = await server.json<Curve>(inRun("/api/curve", "four/sgd-1"));
    expect(body.columns).toMatchObject({ scope: null, distance: null, localEntropyGradientNorm: null });
    expect(body.columns.gradientNorm).toEqual([1, 1, 1, 1]);
  });

  test("has its measurements: numbers and figures", async () => {
    expect(sliced.code).toBe(0);
    const { measurements } = (await server.json<RunDetail>(inRun("/api/run"))).body.content!;
    expect(measurements).toMatchObject([{ run: "real one", place: "slice", name: "slice", interrupted: false }]);
    const numbers = await server.json<{ surface: object[] }>(`${inRun("/api/measurement")}&place=slice`);
    expect(numbers.body).toEqual(JSON.parse(readFileSync(join(real, "measurements", "slice", "slice.json"), "utf8")));
    for (const name of measurements[0]!.figures) {
      const figure = await fetch(`${server.origin}${inRun("/api/figure")}&place=slice&name=${name}`);
      expect(await figure.text()).toBe(readFileSync(join(real, "measurements", "slice", name), "utf8"));
      expect(figure.headers.get("content-type")).toBe("image/svg+xml");
      expect(figure.headers.get("content-security-policy")).toContain("sandbox");
    }
    expect(measurements[0]!.figures.length).toBeGreaterThan(0);
  });

  test("has a report that is drawn anew, whatever lies in its folder", async () => {
    writeFileSync(join(real, "report.html"), "<script>alert(1)</script>");
    const report = await fetch(`${server.origin}${inRun("/api/report")}`);
    const text = await report.text();
    expect(text).toContain("<h1>small-mnistfc: entropy-sgd (paper)</h1>");
    expect(text).not.toContain("alert(1)");
    const policy = report.headers.get("content-security-policy")!;
    expect(policy).toMatch(/^default-src 'none';.*; sandbox allow-scripts$/);
    // Every script of the page that is not data is the one that the policy names.
    const scripts = [...text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script!);
    const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
    expect(new Set(hashes)).toEqual(new Set(policy.match(/'sha256-[^']*'/g)));
  });
});

describe("bad requests and bad runs", () => {
  test.each([
    ["/api/curve?run=going&points=1", 400, "points: must be at least 14"],
    ["/api/curve?run=going&x=hours", 400, "x: must be one of gradients, epochs, seconds"],
    ["/api/curve?run=going&from=abc", 400, "from: must be a finite number"],
    ["/api/curve?run=going&columns=batchLoss,secret", 400, /^columns\.1: must be one of batchLoss, /],
    ["/api/curve?run=going&run=real", 400, "run: must be given once"],
    ["/api/curve", 400, "run: is required and must be text"],
    ["/api/run?run=absent", 404, 'there is no run "absent"'],
    ["/api/measurement?run=going&place=slice", 404, '"going" has no measurement "slice"'],
    ["/api/nothing", 404, "there is no such page"],
  ])("%s is refused with one sentence", async (path, status, words) => {
    const answer = await server.json<ApiError>(path);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
  });

  test("a damaged run is a row with its reason, and the others go on", async () => {
    const damaged = join(folder, "damaged");
    cpSync(join(folder, "going"), damaged, { recursive: true });
    writeFileSync(join(damaged, "events.jsonl"), '{"type":"start"\n');
    mkdirSync(join(folder, "deep"));
    writeFileSync(join(folder, "deep", "config.json"), "[".repeat(100_000));
    const { body } = await server.json<RunList>("/api/runs");
    expect(body.runs.find(({ id }) => id === "damaged")).toMatchObject({
      status: "torn",
      reason: expect.stringContaining("events.jsonl:1: malformed event"),
      facts: null,
    });
    expect(body.runs.find(({ id }) => id === "deep")).toMatchObject({ status: "torn", facts: null });
    expect((await server.json<RunDetail>("/api/run?run=damaged")).body.content).toBeNull();
    const curve = await server.json<ApiError>("/api/curve?run=damaged");
    expect(curve.status).toBe(422);
    expect(curve.body.error).toContain("events.jsonl:1: malformed event");
    expect((await server.json<Curve>("/api/curve?run=going")).status).toBe(200);
  });

  test("a folder that is a run itself has the id ., and one that is not there yet has no runs", async () => {
    const alone = await serving(real);
    expect((await alone.json<RunList>("/api/runs")).body.runs.map(({ id }) => id)).toEqual(["."]);
    const curve = await alone.json<Curve>(inRun("/api/curve", "."));
    expect(curve.body.total).toBe(8);
    const later = join(folder, "..", `later-${process.pid}`);
    const early = await serving(later);
    expect((await early.json<RunList>("/api/runs")).body.runs).toEqual([]);
    writeRun(join(later, "first"));
    expect((await early.json<RunList>("/api/runs")).body.runs).toHaveLength(1);
    rmSync(later, { recursive: true });
    expect((await early.json<RunList>("/api/runs")).body.runs).toEqual([]);
  });

  test("a run that is deleted is gone, and one in its place is another", async () => {
    const place = join(folder, "short-lived");
    writeRun(place, { errors: [0.5] });
    expect((await server.json<Curve>("/api/curve?run=short-lived")).body.total).toBe(4);
    rmSync(place, { recursive: true });
    expect((await server.json("/api/curve?run=short-lived")).status).toBe(404);
    writeRun(place, { optimizer: "adam", result: null });
    const { body } = await server.json<RunDetail>("/api/run?run=short-lived");
    expect(body.row.facts).toMatchObject({ optimizer: "adam", endReason: null });
    expect(body.content!.evaluations).toHaveLength(2);
  });
});
