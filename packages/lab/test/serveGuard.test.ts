/** Whom the dashboard's server answers, and what it never reads. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunDetail, RunList } from "../src/serve/api.ts";
import { startServer } from "../src/serve/listen.ts";
import { raw, serving } from "./serveHelpers.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";

const secret = "not to be seen";
const parent = temporaryFolder();
const [folder, page] = [join(parent, "runs"), join(parent, "page")];
writeFileSync(join(parent, "secret.json"), secret);
writeRun(join(folder, "one"));
writeRun(join(parent, "outside"));
mkdirSync(join(page, "assets"), { recursive: true });
writeFileSync(join(page, "index.html"), "<!doctype html><title>the page</title>");
writeFileSync(join(page, "assets", "main-1a2b.js"), "export {}");
writeFileSync(join(page, "secret.map"), secret);
symlinkSync(join(parent, "secret.json"), join(page, "link.json"));
const server = await serving(folder, { page });
const here = `127.0.0.1:${server.port}`;
const asIs = (path: string, headers: Record<string, string> = {}, method?: string) =>
  raw(server, path, headers, method);

describe("the page", () => {
  test("is served with a policy that lets it use this server alone", async () => {
    const { status, body, headers } = await asIs("/");
    expect([status, body]).toEqual([200, "<!doctype html><title>the page</title>"]);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'self'; style-src/);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe-eval|script-src|https?:/);
    expect(headers).toMatchObject({ "cache-control": "no-cache", "x-content-type-options": "nosniff" });
  });

  test("has files whose names tell their content, which are kept, and no others", async () => {
    const { status, headers } = await asIs("/assets/main-1a2b.js");
    expect([status, headers["content-type"]]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(headers["cache-control"]).toContain("immutable");
    for (const path of ["/secret.map", "/link.json", "/assets/", "/index.html/"]) {
      expect([path, (await asIs(path)).status]).toEqual([path, 404]);
    }
  });

  test("that is not built is said to be so", async () => {
    const without = await serving(folder, { page: join(parent, "absent") });
    expect(await without.json("/")).toEqual({
      status: 503,
      body: { error: "the page is not built: npm run build builds it" },
    });
  });
});

describe("paths out of the folder", () => {
  const spellings = [
    "../secret.json",
    "../../etc/passwd",
    "%2e%2e%2fsecret.json",
    "..%2fsecret.json",
    "%252e%252e%252fsecret.json",
    "..\\secret.json",
    "..%5csecret.json",
    "/etc/passwd",
    "//etc/passwd",
    `${parent}/secret.json`,
    "one/../../secret.json",
    "one%00/../../secret.json",
    "file:///etc/passwd",
    "....//secret.json",
    "%c0%ae%c0%ae/secret.json",
  ];

  test.each(spellings)("%s reads nothing", async (spelling) => {
    const paths = [
      `/${spelling}`,
      `/assets/${spelling}`,
      `/api/run?run=${spelling}`,
      `/api/curve?run=${spelling}`,
      `/api/report?run=${spelling}`,
      `/api/measurement?run=one&place=${spelling}`,
      `/api/measurement?run=${spelling}&place=x`,
      `/api/figure?run=one&place=slice&name=${spelling}`,
    ];
    for (const path of paths) {
      const { status, body } = await asIs(path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect(body).not.toContain(secret);
      expect(body).not.toContain("root:");
    }
  });

  test("a run outside, or reached by a link, is none", async () => {
    symlinkSync(join(parent, "outside"), join(folder, "linked"));
    for (const id of ["../outside", "linked/../../outside", join(parent, "outside")]) {
      expect((await server.json(`/api/run?${new URLSearchParams({ run: id })}`)).status).toBe(404);
    }
    const { body } = await server.json<RunList>("/api/runs");
    expect(body.runs.find(({ id }) => id === "linked")).toMatchObject({ status: "foreign", facts: null });
    expect((await server.json("/api/curve?run=linked")).status).toBe(404);
  });

  test("links of measurements and figures are not followed, nor are notes of places outside", async () => {
    const measured = (path: string): void => {
      mkdirSync(path, { recursive: true });
      for (const name of ["slice.html", "slice.json", "line.svg"]) writeFileSync(join(path, name), `"${secret}"`);
    };
    const own = join(folder, "one", "measurements");
    measured(join(parent, "outside", "measurements", "slice"));
    measured(join(parent, "elsewhere"));
    measured(join(own, "slice-2"));
    symlinkSync(join(parent, "elsewhere"), join(own, "slice"));
    symlinkSync(join(parent, "secret.json"), join(own, "slice-2", "secret.svg"));
    writeFileSync(
      join(own, "a.elsewhere"),
      JSON.stringify({ name: "slice", place: "../../../outside/measurements/slice" }),
    );
    writeFileSync(join(own, "b.elsewhere"), JSON.stringify({ name: "slice", place: "../../../elsewhere" }));
    const { body } = await server.json<RunDetail>("/api/run?run=one");
    expect(body.content!.measurements.map(({ place, figures }) => [place, figures])).toEqual([
      ["slice-2", ["line.svg"]],
    ]);
    expect((await asIs("/api/measurement?run=one&place=slice")).status).toBe(404);
    expect((await asIs("/api/figure?run=one&place=slice-2&name=secret.svg")).status).toBe(404);
    expect((await asIs("/api/figure?run=one&place=slice-2&name=slice.html")).status).toBe(404);
    expect((await asIs("/api/figure?run=one&place=slice-2&name=line.svg")).status).toBe(200);
  });

  test("a measurement of a pair is found from the second run, in the folder of the first", async () => {
    writeRun(join(folder, "two"));
    const [own, notes] = [join(folder, "one", "measurements", "slice-with-two"), join(folder, "two", "measurements")];
    for (const path of [own, notes]) mkdirSync(path, { recursive: true });
    writeFileSync(join(own, "slice.html"), "");
    writeFileSync(join(own, "slice.json"), '{"line":[1]}');
    const note = { name: "slice", place: "../../one/measurements/slice-with-two" };
    writeFileSync(join(notes, "slice-with-two-in-one.elsewhere"), JSON.stringify(note));
    const { body } = await server.json<RunDetail>("/api/run?run=two");
    expect(body.content!.measurements).toMatchObject([{ run: "one", place: "slice-with-two", name: "slice" }]);
    expect((await server.json("/api/measurement?run=one&place=slice-with-two")).body).toEqual({ line: [1] });
  });
});

describe("requests of others", () => {
  test.each([
    "evil.example",
    `evil.example:${server.port}`,
    "127.0.0.1",
    `127.0.0.1.nip.io:${server.port}`,
    "localhost:1",
  ])("to the host %j are refused", async (host) => {
    expect((await asIs("/api/runs", { host })).status).toBeGreaterThanOrEqual(400);
    expect((await asIs("/", { host })).status).toBeGreaterThanOrEqual(400);
  });

  test("to each name of this machine are answered", async () => {
    for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"]) {
      expect([name, (await asIs("/api/runs", { host: `${name}:${server.port}` })).status]).toEqual([name, 200]);
    }
  });

  test.each(["http://evil.example", "null", "http://localhost:3000", `https://127.0.0.1:${server.port}`])(
    "from the origin %s are refused",
    async (origin) => {
      expect((await asIs("/api/runs", { host: here, origin })).status).toBe(403);
      expect((await asIs("/", { host: here, origin })).status).toBe(403);
    },
  );

  test("from other sites are refused, but for a link to the page", async () => {
    const from = (site: string, mode = "no-cors") => ({ host: here, "sec-fetch-site": site, "sec-fetch-mode": mode });
    expect((await asIs("/api/runs", { host: here, origin: `http://${here}` })).status).toBe(200);
    expect((await asIs("/api/runs", from("same-origin"))).status).toBe(200);
    for (const site of ["cross-site", "same-site"]) {
      expect((await asIs("/api/runs", from(site))).status).toBe(403);
      expect((await asIs("/api/report?run=one", from(site, "navigate"))).status).toBe(403);
      expect((await asIs("/", from(site, "navigate"))).status).toBe(200);
      expect((await asIs("/", from(site))).status).toBe(403);
    }
  });

  test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])("to %s anything are refused", async (method) => {
    for (const path of ["/", "/api/runs", "/api/events"]) expect((await asIs(path, {}, method)).status).toBe(405);
  });

  test("are allowed by no header to be read elsewhere", async () => {
    const { headers } = await asIs("/api/runs");
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(headers).toMatchObject({ "cross-origin-resource-policy": "same-origin", "cache-control": "no-store" });
  });
});

describe("a token", () => {
  const token = "sixteen letters!";

  test("is asked for, in a header or a cookie, which the page's address sets", async () => {
    const guarded = await serving(folder, { token, page });
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await raw(guarded, path, headers)).status;
    for (const path of ["/", "/api/runs", "/api/events", "/assets/main-1a2b.js", "/?token=wrong"]) {
      expect([path, await status(path)]).toEqual([path, 401]);
    }
    expect(await status("/api/runs", { authorization: `Bearer ${token}` })).toBe(200);
    expect(await status("/api/runs", { authorization: "Bearer wrong" })).toBe(401);
    // In the page's address alone: addresses are kept in histories.
    expect(await status(`/api/runs?token=${encodeURIComponent(token)}`)).toBe(401);
    const opened = await raw(guarded, new URL(guarded.address).pathname + new URL(guarded.address).search);
    expect(opened.status).toBe(200);
    expect(opened.body).not.toContain(token);
    const [cookie] = opened.headers["set-cookie"] as string[];
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    const [pair] = cookie!.split(";");
    expect(await status("/api/runs", { cookie: pair! })).toBe(200);
    expect(await status("/", { cookie: pair! })).toBe(200);
    expect(await status("/api/runs", { cookie: `${pair}x` })).toBe(401);
  });

  test("is made where others can reach the server, and may not be short", async () => {
    const open = await serving(folder, { host: "0.0.0.0" });
    expect(new URL(open.address).searchParams.get("token")).toMatch(/^[\w-]{24}$/);
    expect((await raw(open, "/api/runs")).status).toBe(401);
    expect(new URL(server.address).search).toBe("");
    const options = { folder, host: "127.0.0.1", port: 0, token: "short", onError: () => {} };
    await expect(startServer(options)).rejects.toThrow("--token: must have at least 16 characters, got 5");
  });
});

test("a port that is taken is said to be, and a host that is not this machine's", async () => {
  const options = { folder, token: null, onError: () => {} };
  await expect(startServer({ ...options, host: "127.0.0.1", port: server.port })).rejects.toThrow(
    `--port: is taken by another program, got ${server.port}`,
  );
  await expect(startServer({ ...options, host: "192.0.2.1", port: 0 })).rejects.toThrow(
    '--host: cannot be listened on (EADDRNOTAVAIL), got "192.0.2.1"',
  );
});
