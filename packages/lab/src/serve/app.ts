/** The server of the dashboard as a function of requests: what it answers (api.ts), to whom (guard.ts), and the page itself. */
import { InputError } from "entropy-sgd-training";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { fieldsOf, objectOf } from "../runs/runFields.ts";
import type { FieldList } from "./api.ts";
import { comparisonOf, groupsOf } from "./compare.ts";
import { curveOf } from "./curve.ts";
import { detailOf } from "./detail.ts";
import { freshTable, type LookTimes } from "./freshTable.ts";
import { type Access, guard } from "./guard.ts";
import { type Lookups, lookupsIn } from "./lookups.ts";
import { dashboardPolicy, pageFiles } from "./pageFiles.ts";
import { figuresIn, figureText, numbersText } from "./places.ts";
import { queryOf } from "./queries.ts";
import { refusal } from "./refusal.ts";
import { reportAnswer } from "./reportAnswer.ts";
import { positionText } from "./runLog.ts";
import { runTable } from "./runTable.ts";
import { type StreamTimes, streamEvents } from "./stream.ts";

/** What is served, and how. */
export interface AppOptions {
  /** The folder of runs. */
  readonly folder: string;
  /** The folder of the built page. */
  readonly page: string;
  readonly times: StreamTimes & LookTimes;
  readonly accessOf: () => Access;
  /** Ends the streams. */
  readonly ending: AbortSignal;
  /** Told of errors that are no fault of the request or the runs. */
  readonly onError: (error: unknown) => void;
}

/** The server as a function of requests. */
export function app({ folder, page, times, accessOf, ending, onError }: AppOptions): Hono {
  const fresh = freshTable(runTable(folder), times);
  const lookups = lookupsIn(folder, fresh);
  const server = new Hono();
  server.use(guard(accessOf));
  server.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    if (error instanceof InputError) return context.json({ error: error.message }, 422);
    onError(error);
    return context.json({ error: "internal error: the server's terminal says which" }, 500);
  });
  answerOnMany(server, folder, lookups);
  answerOnOne(server, folder, lookups);
  answerFiles(server, lookups);
  server.get("/api/events", (context) => {
    const { since, run, at } = queryOf("events", context);
    const lastId = context.req.header("last-event-id") ?? null;
    const following = { since, runs: run, at: run.map((_, i) => at[i] ?? null), lastId };
    // A stream without a reader would never end.
    if (context.req.method === "HEAD") return context.body(null, 200, { "Content-Type": "text/event-stream" });
    return streamEvents(context, fresh, following, times, ending);
  });
  server.get("*", (context) => pageAnswer(context, page));
  return server;
}

function answerOnMany(server: Hono, folder: string, { table, entryOf }: Lookups): void {
  server.get("/api/runs", async (context) => {
    const now = await table();
    return context.json({ folder, version: now.version(), runs: now.entries().map(({ row }) => row) });
  });
  server.get("/api/groups", async (context) => {
    const now = await table();
    return context.json({ version: now.version(), groups: groupsOf(now.entries().map(({ run }) => run)) });
  });
  server.get("/api/fields", async (context) => {
    const now = await table();
    const runs = now.entries().map(({ row, run }) => ({ id: row.id, fields: objectOf(fieldsOf(run)) }));
    return context.json({ version: now.version(), runs } satisfies FieldList);
  });
  server.get("/api/compare", async (context) => {
    const { run: ids, quantity } = queryOf("compare", context);
    const entries = await Promise.all([...new Set(ids)].map(entryOf));
    const runs = entries.map(({ run }) => run);
    return context.json(comparisonOf(runs, quantity));
  });
}

function answerOnOne(server: Hono, folder: string, { table, entryOf, logOf }: Lookups): void {
  server.get("/api/run", async (context) => {
    const { run } = queryOf("run", context);
    const [entry, now] = [await entryOf(run), await table()];
    return context.json(detailOf(folder, entry, () => now.log(run)));
  });
  server.get("/api/curve", async (context) => {
    const { run, ...query } = queryOf("curve", context);
    const { content, position } = await logOf(run);
    return context.json({ run, ...curveOf(content, query), position: positionText(position) });
  });
}

/** Nothing in a figure may run, wherever it is opened. */
const figurePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

function answerFiles(server: Hono, { entryOf, placeOf }: Lookups): void {
  server.get("/api/measurement", async (context) => {
    const { run, place } = queryOf("measurement", context);
    return context.body(numbersText(await placeOf(run, place)), 200, { "Content-Type": "application/json" });
  });
  server.get("/api/figure", async (context) => {
    const { run, place, name } = queryOf("figure", context);
    const { folder } = await placeOf(run, place);
    if (!figuresIn(folder).includes(name)) throw refusal(404, `there is no figure ${JSON.stringify(name)}`);
    const headers = { "Content-Type": "image/svg+xml", "Content-Security-Policy": figurePolicy };
    return context.body(figureText(folder, name), 200, headers);
  });
  server.get("/api/report", async (context) => {
    const { run } = queryOf("run", context);
    const { found } = await entryOf(run);
    const { html, policy } = await reportAnswer(found.path);
    return context.html(html, 200, { "Content-Security-Policy": policy });
  });
}

function pageAnswer(context: Context, page: string): Response {
  const files = pageFiles(page);
  if (files === null) throw refusal(503, "the page is not built: npm run build builds it");
  const file = files.get(context.req.path);
  if (file === undefined) throw refusal(404, "there is no such page");
  return context.body(file.body, 200, {
    "Content-Type": file.type,
    "Content-Security-Policy": dashboardPolicy,
    "Cache-Control": file.isHashed ? "public, max-age=31536000, immutable" : "no-cache",
  });
}
