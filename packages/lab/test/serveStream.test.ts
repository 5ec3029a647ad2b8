/** Events of the dashboard's server while runs are written, and after connections and servers that ended. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun } from "../src/runs/readRun.ts";
import type { Curve, LogBatch, RunDetail, RunList, RunRow } from "../src/serve/api.ts";
import { entropy, settingsOf } from "./runsOnDisk.ts";
import { type Heard, serving } from "./serveHelpers.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";
import { outerAt } from "./testRecords.ts";

const folder = temporaryFolder();
const server = await serving(folder);

const batches = (got: readonly Heard[]): LogBatch[] => got.flatMap((own) => (own.event === "log" ? [own.data] : []));
const rowsIn = (got: readonly Heard[]): RunRow[] =>
  got.flatMap((own) => (own.event === "rows" ? own.data.changed : []));
const gradientsIn = (got: readonly Heard[]): number[] => batches(got).flatMap(({ outers }) => outers.gradients);
const isOf =
  (event: Heard["event"], number = 1) =>
  (got: readonly Heard[]): boolean =>
    got.filter((own) => own.event === event).length >= number;

/** A run that goes on, of so many outer steps. */
function goingRun(name: string, numSteps: number): string {
  writeRun(join(folder, name), { result: null, errors: [] });
  const log = join(folder, name, "events.jsonl");
  const [start] = readFileSync(log, "utf8").split("\n");
  writeFileSync(log, `${start}\n`);
  append(log, 1, numSteps);
  return log;
}

function append(log: string, from: number, to: number): void {
  for (let step = from; step <= to; step++) appendFileSync(log, `${JSON.stringify(outerAt(20 * step))}\n`);
}

const steps = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => 20 * (from + i));

test("a run that is trained meanwhile is told whole: its rows, steps, evaluations and end", async () => {
  const { version } = (await server.json<RunList>("/api/runs")).body;
  const listening = server.events(`/api/events?since=${version}&run=live&at=0.47DEQpj8`, (got) =>
    rowsIn(got).some(({ status }) => status === "ended"),
  );
  await runTraining(settingsOf(entropy), { out: join(folder, "live") });
  const got = await listening;
  const { outers, evaluations } = readRun(join(folder, "live"));
  expect(gradientsIn(got)).toEqual(outers.map(({ gradients }) => gradients));
  expect(batches(got).flatMap((own) => own.outers.columns.batchLoss)).toEqual(outers.map(({ batchLoss }) => batchLoss));
  expect(batches(got).flatMap((own) => own.evaluations.map(({ test: error }) => error))).toEqual(
    evaluations.map(({ testError }) => testError),
  );
  expect(batches(got).map(({ ended }) => ended)).toEqual([
    ...batches(got)
      .slice(1)
      .map(() => false),
    true,
  ]);
  expect(rowsIn(got).map(({ status }) => status)).toContain("running");
  expect(rowsIn(got).at(-1)).toEqual((await server.json<RunDetail>("/api/run?run=live")).body.row);
});

test("steps are told once they are whole lines", async () => {
  const log = goingRun("torn", 2);
  const { position } = (await server.json<RunDetail>("/api/run?run=torn")).body.content!;
  const line = JSON.stringify(outerAt(60));
  appendFileSync(log, line.slice(0, 30));
  const listening = server.events(`/api/events?run=torn&at=${position}`, isOf("log"));
  await server.json("/api/curve?run=torn");
  appendFileSync(log, `${line.slice(30)}\n`);
  expect(gradientsIn(await listening)).toEqual([60]);
});

test("a listener that connects again, to a server that was started again, misses and repeats nothing", async () => {
  const log = goingRun("again", 3);
  const curve = (await server.json<Curve>("/api/curve?run=again")).body;
  expect(curve.gradients).toEqual(steps(1, 3));
  const path = `/api/events?run=again&at=${curve.position}`;
  const first = await serving(folder);
  const listening = first.events(path, isOf("log"));
  append(log, 4, 5);
  const heard = await listening;
  // What came after the first event was not heard.
  const lastId = heard.find(({ event }) => event === "log")!.id;
  append(log, 6, 9);
  await first.close();
  const second = await serving(folder);
  const rest = await second.events(path, (got) => gradientsIn(got).includes(180), { lastId });
  const before = gradientsIn(heard.slice(0, heard.findIndex(({ id }) => id === lastId) + 1));
  expect([...before, ...gradientsIn(rest)]).toEqual(steps(4, 9));
  // The table of another server is not known.
  expect(rest[0]!.event).toBe("reload");
});

test("rows that changed or went while nobody listened are told to who connects again", async () => {
  goingRun("kept", 1);
  goingRun("gone", 1);
  const { version } = (await server.json<RunList>("/api/runs")).body;
  append(join(folder, "kept", "events.jsonl"), 2, 2);
  rmSync(join(folder, "gone"), { recursive: true });
  const [rows] = await server.events(`/api/events?since=${version}`, isOf("rows"));
  expect(rows!.data).toMatchObject({ changed: [{ id: "kept", facts: { gradients: 40 } }], removed: ["gone"] });
});

test.each([
  ["resumed from an earlier point", (log: string) => rewritten(log, 2)],
  ["replaced by one of the same length", (log: string) => rewritten(log, 4)],
  ["deleted", (log: string) => rmSync(join(log, ".."), { recursive: true })],
])("the log of a run that is %s is to be asked for again", async (_, change) => {
  const log = goingRun("changing", 4);
  const { position } = (await server.json<Curve>("/api/curve?run=changing")).body;
  change(log);
  const got = await server.events(`/api/events?run=changing&at=${position}`, isOf("reset"));
  expect(got.at(-1)!.data).toMatchObject({ run: "changing" });
  expect(gradientsIn(got)).toEqual([]);
});

function rewritten(log: string, numSteps: number): void {
  const [start] = readFileSync(log, "utf8").split("\n");
  const lines = steps(1, numSteps).map((gradients) => JSON.stringify({ ...outerAt(gradients), learningRate: 0.2 }));
  writeFileSync(log, `${[start, ...lines].join("\n")}\n`);
}

test("a listener far behind is sent to the curve, which is thinned", async () => {
  const log = goingRun("long", 1);
  const { position } = (await server.json<Curve>("/api/curve?run=long")).body;
  appendFileSync(
    log,
    steps(2, 6000)
      .map((gradients) => `${JSON.stringify(outerAt(gradients))}\n`)
      .join(""),
  );
  const got = await server.events(`/api/events?run=long&at=${position}`, isOf("reset"));
  append(log, 6001, 6001);
  const rest = await server.events("/api/events?run=long", isOf("log"), { lastId: got.at(-1)!.id });
  expect(gradientsIn(rest)).toEqual([20 * 6001]);
});

test("a stream says that it is there, and one without a reader is not begun", async () => {
  const quiet = await serving(temporaryFolder());
  const { body } = await fetch(`${quiet.origin}/api/events`);
  let text = "";
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes(": here\n\n")) break;
  }
  expect(text).toMatch(/^retry: \d+\n\n: connected\n\n: here\n\n/);
  const head = await fetch(`${quiet.origin}/api/events`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("too many runs to follow, or a position that is none, do no harm", async () => {
  const many = new URLSearchParams(Array.from({ length: 17 }, (_, i): [string, string] => ["run", `${i}`]));
  expect((await server.json(`/api/events?${many}`)).status).toBe(400);
  const log = goingRun("odd", 1);
  const got = await server.events("/api/events?run=odd&at=x", isOf("log"), {
    lastId: "nonsense~1~2",
    onConnected: () => append(log, 2, 2),
  });
  expect(gradientsIn(got)).toEqual([40]);
});
