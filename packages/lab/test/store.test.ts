import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { meets, parseFilter, sorted } from "../src/runs/filterRuns.ts";
import { acquireLock } from "../src/runs/lock.ts";
import type { Value } from "../src/runs/runFields.ts";
import { maxDepth } from "../src/runs/scanFolder.ts";
import { storedRuns } from "../src/runs/storedRun.ts";
import { jsonOf, runs, temporaryFolder, writeRun } from "./storeFolders.ts";

const root = temporaryFolder();
const replace = (path: string, make: (path: string) => void): void => {
  rmSync(path);
  make(path);
};
const mkfifo = (path: string): void => void execFileSync("mkfifo", [path]);
const namesAndStatus = (folder: string) => storedRuns(folder).map(({ name, status }) => [name, status]);

describe("finding runs", () => {
  const folder = join(root, "finding");
  beforeAll(() => {
    writeRun(join(folder, "comparison", "sgd-1"));
    writeRun(join(folder, "comparison", "sgd-2"), { seed: 2 });
    writeFileSync(join(folder, "comparison", "report.html"), "");
    mkdirSync(join(folder, "comparison", "figures"));
    writeRun(join(folder, "a", "b", "c", "d"));
    writeRun(join(folder, "deep", "b", "c", "d", "e"));
    writeRun(join(folder, "outer"));
    writeRun(join(folder, "outer", "inner"));
    writeRun(join(folder, "outer", "checkpoints", "001"));
    mkdirSync(join(folder, "notes", "more", "x"), { recursive: true });
    mkdirSync(join(folder, "mixed", "empty"), { recursive: true });
    mkdirSync(join(folder, "mixed", "figures"));
    writeRun(join(folder, "mixed", "run"));
    writeRun(join(folder, ".outer.abc.tmp"));
    writeFileSync(join(folder, "a file"), "");
    mkfifo(join(folder, "pipe"));
    symlinkSync(join(folder, "outer"), join(folder, "link"));
    symlinkSync(folder, join(folder, "mixed", "loop"));
  });

  test("searches folders that hold runs, not runs themselves, and lists foreign folders once", () => {
    expect(maxDepth).toBe(4);
    expect(storedRuns(folder).map(({ name, status, reason }) => [name, status, reason])).toEqual([
      ["a/b/c/d", "ended", null],
      ["comparison/sgd-1", "ended", null],
      ["comparison/sgd-2", "ended", null],
      ["deep", "foreign", "holds no run"],
      ["link", "foreign", "symbolic link"],
      ["mixed/empty", "foreign", "holds no run"],
      ["mixed/figures", "foreign", "holds no run"],
      ["mixed/loop", "foreign", "symbolic link"],
      ["mixed/run", "ended", null],
      ["notes", "foreign", "holds no run"],
      ["outer", "ended", null],
    ]);
  });

  test("finds the run that the folder itself is, and follows a link given by the user", () => {
    expect(namesAndStatus(join(folder, "outer"))).toEqual([[".", "ended"]]);
    expect(namesAndStatus(join(folder, "link"))).toEqual([[".", "ended"]]);
  });

  test("needs a folder", async () => {
    for (const command of ["list", "export"]) {
      const { code, stderr } = await runs(command, join(folder, "nowhere"));
      expect([code, stderr]).toEqual([2, `${join(folder, "nowhere")}: there is no such folder`]);
      expect((await runs(command, join(folder, "a file"))).stderr).toMatch(/a file: must be a folder$/);
    }
  });
});

describe("the status of a run", () => {
  const folder = join(root, "status");

  test("follows from its last event, its lock, and whether its files can be read", () => {
    writeRun(join(folder, "diverged"), { result: { reason: "non-finite", testError: null } });
    writeRun(join(folder, "ended"));
    writeRun(join(folder, "interrupted"), { result: { reason: "interrupted", interrupted: true } });
    writeRun(join(folder, "prepared"));
    rmSync(join(folder, "prepared", "events.jsonl"));
    writeRun(join(folder, "resumed at its start"));
    const resume = { type: "resume", gradients: 0, checkpoint: null, skipped: [], warnings: [] };
    writeFileSync(join(folder, "resumed at its start", "events.jsonl"), `${JSON.stringify(resume)}\n{"type":"sta`);
    writeRun(join(folder, "running"), { result: null });
    writeRun(join(folder, "unfinished"), { result: null });
    const lock = acquireLock(join(folder, "running"));
    const expected = [
      ["diverged", "diverged"],
      ["ended", "ended"],
      ["interrupted", "interrupted"],
      ["prepared", "unfinished"],
      ["resumed at its start", "unfinished"],
    ];
    expect(namesAndStatus(folder)).toEqual([...expected, ["running", "running"], ["unfinished", "unfinished"]]);
    lock.release();
    expect(namesAndStatus(folder)).toEqual([...expected, ["running", "unfinished"], ["unfinished", "unfinished"]]);
    expect(
      storedRuns(folder, (path) => (path.endsWith("unfinished") ? { pid: 1, host: "h" } : null)).at(-1),
    ).toMatchObject({
      status: "running",
    });
  });

  test("unfinished runs have the errors and gradients so far", async () => {
    const { runs: found } = await jsonOf("list", folder, "--where", "status=unfinished", "--where", "name!=prepared");
    expect(found.at(-1)).toMatchObject({
      ...{ name: "unfinished", gradientEvaluations: 80, effectiveEpochs: 2, validationError: 0.05, testError: 0.05 },
    });
    expect(found.at(-1)).not.toHaveProperty("trainLoss");
    expect(found[0]).toMatchObject({ name: "resumed at its start", gradientEvaluations: 0, testError: null });
  });
});

describe("damaged runs", () => {
  const folder = join(root, "damaged");
  const damages: readonly (readonly [name: string, damage: (path: string) => void, reason: RegExp])[] = [
    ["config: cut", (path) => writeFileSync(join(path, "config.json"), '{"version":'), /config\.json: malformed JSON/],
    ["config: null", (path) => writeFileSync(join(path, "config.json"), "null"), /config\.json: must hold an object$/],
    [
      "config: deep",
      (path) => writeFileSync(join(path, "config.json"), `{"version":${"[".repeat(1e5)}${"]".repeat(1e5)}}`),
      /config/,
    ],
    ["config: folder", (path) => replace(join(path, "config.json"), mkdirSync), /config\.json: must be a plain file$/],
    [
      "config: link",
      (path) => replace(join(path, "config.json"), (file) => symlinkSync("/etc/passwd", file)),
      /symbolic link/,
    ],
    ["config: pipe", (path) => replace(join(path, "config.json"), mkfifo), /config\.json: must be a plain file$/],
    ["events: pipe", (path) => replace(join(path, "events.jsonl"), mkfifo), /events\.jsonl: must be a plain file$/],
    [
      "events: link",
      (path) => replace(join(path, "events.jsonl"), (file) => symlinkSync("/etc/passwd", file)),
      /symbolic link/,
    ],
    [
      "events: text",
      (path) => writeFileSync(join(path, "events.jsonl"), "no event\n"),
      /events\.jsonl:1: malformed event/,
    ],
    ["events: list", (path) => writeFileSync(join(path, "events.jsonl"), "[]\n"), /events\.jsonl:1: malformed event/],
  ];

  test("are listed as torn, each with its reason, beside intact ones", () => {
    for (const [name, damage] of damages) {
      writeRun(join(folder, name));
      damage(join(folder, name));
    }
    writeRun(join(folder, "whole"));
    const found = storedRuns(folder);
    expect(found).toHaveLength(damages.length + 1);
    for (const [name, , reason] of damages) {
      const run = found.find((candidate) => candidate.name === name);
      expect(run, name).toMatchObject({ status: "torn", content: null });
      expect(run!.reason, name).toMatch(reason);
      expect(run!.reason!.length, name).toBeLessThan(500);
    }
    expect(found.at(-1)).toMatchObject({ name: "whole", status: "ended" });
  });

  test("are shown as torn, and meet no condition on settings", async () => {
    const { code, stdout } = await runs("show", join(folder, "events: text"));
    expect([code, stdout.split("\n")[0]]).toEqual([0, expect.stringMatching(/: torn, .*malformed event/)]);
    const { runs: found } = await jsonOf("list", folder, "--where", "network!=mnistfc");
    expect(found.map(({ name }: { name: string }) => name)).toEqual(["whole"]);
    expect((await jsonOf("list", folder, "--where", "status=torn")).runs).toHaveLength(damages.length);
  });

  test("never make a list fail, whatever bytes are changed", async () => {
    const parent = join(root, "changed");
    const path = join(parent, "run");
    const change = fc.record({
      file: fc.constantFrom("config.json", "events.jsonl"),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      put: fc.oneof(fc.string(), fc.constantFrom("null", "[]", "{}", "1e999", '"', "\n", "-1", "true")),
      drop: fc.nat(40),
    });
    const commands = [["list"], ["list", "--group"], ["list", "--json"], ["export"], ["export", "--evaluations"]];
    await fc.assert(
      fc.asyncProperty(change, fc.constantFrom(...commands), async ({ file, at, put, drop }, [command, ...options]) => {
        writeRun(path);
        const text = readFileSync(join(path, file), "utf8");
        const place = Math.floor(at * text.length);
        writeFileSync(join(path, file), text.slice(0, place) + put + text.slice(place + drop));
        expect(storedRuns(parent)).toHaveLength(1);
        expect((await runs(command!, parent, ...options)).code).toBe(0);
      }),
      { numRuns: 120 },
    );
  });
});

describe("conditions", () => {
  const table = (entries: Readonly<Record<string, Value>>) =>
    new Map<string, Value>([["network", "lenet"], ...Object.entries(entries)]);
  const holds = (entries: Readonly<Record<string, Value>>, text: string) => meets(table(entries), [parseFilter(text)]);

  test("compare numbers as numbers, by every operator", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
        const found = ["=", "!=", "<", "<=", ">", ">="].map((operator) => holds({ key: a }, `key${operator}${b}`));
        expect(found).toEqual([a === b, a !== b, a < b, a <= b, a > b, a >= b]);
      }),
    );
    expect(holds({ key: 0.1 }, "key=0.10")).toBe(true);
    expect(holds({ key: 10 }, "key<9")).toBe(false);
    expect(holds({ key: 0 }, "key=")).toBe(false);
  });

  test.each([
    [{ preset: null }, "preset=null", true],
    [{ preset: null }, "preset!=lua", true],
    [{ preset: "lua" }, "preset=lua", true],
    [{ preset: "lua" }, "preset=null", false],
    [{ nesterov: true }, "nesterov=true", true],
    [{ nesterov: true }, "nesterov!=true", false],
    [{ scope: "geometricScope(1e-4, 1e-3)" }, "scope=geometricScope(1e-4, 1e-3)", true],
    [{ name: "a=b<c" }, "name=a=b<c", true],
    [{}, "absent=null", true],
    [{}, "absent!=1", true],
    [{}, "absent<1", false],
    [{ error: null }, "error>=0", false],
    [{ name: "5" }, "name>4", false],
  ])("of %j: %s is %s", (entries, text, expected) => {
    expect(holds(entries, text)).toBe(expected);
  });

  test.each([
    ["seed", '--where: must be key=value or one of !=, <, <=, >, >= between them, got "seed"'],
    ["=1", '--where: must be key=value or one of !=, <, <=, >, >= between them, got "=1"'],
    ["seed<many", '--where seed<: must be followed by a number, got "many"'],
    ["seed>=", '--where seed>=: must be followed by a number, got ""'],
  ])("%j is refused", (text, message) => {
    expect(() => parseFilter(text)).toThrow(message);
  });

  test("sorting puts numbers before texts, and missing values last, ascending and descending", () => {
    const value = fc.oneof(fc.constant(null), fc.integer(), fc.string());
    const rank = (found: Value) => (found === null ? 2 : typeof found === "number" ? 0 : 1);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const items = values.map((own) => (own === null ? new Map([["other", 1]]) : new Map([["key", own]])));
        if (values.every((own) => own === null)) return;
        const rising = sorted(items, (item) => item, "key").map((item) => item.get("key") ?? null);
        const falling = sorted(items, (item) => item, "-key").map((item) => item.get("key") ?? null);
        expect([...rising].sort()).toEqual([...values].sort());
        const numbers = rising.filter((own) => typeof own === "number");
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(rising.map(rank)).toEqual([...rising.map(rank)].sort());
        const given = (own: Value) => own !== null;
        expect(falling.filter(given)).toEqual(rising.filter(given).reverse());
        expect(falling.map((own) => own === null)).toEqual(rising.map((own) => own === null));
      }),
    );
  });
});
