import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { csv } from "../src/io/csv.ts";
import { jsonOf, parseCsv, runs, temporaryFolder, writeRun } from "./storeFolders.ts";

const root = temporaryFolder();
const folder = join(root, "runs");

beforeAll(() => {
  writeRun(join(folder, '=1+1,"quoted"'), { options: { learningRate: 0.1 } });
  writeRun(join(folder, "lua"), { optimizer: "entropy-sgd", errors: [0.4, 0.3], result: null });
  writeRun(join(folder, "torn"));
  writeFileSync(join(folder, "torn", "config.json"), "{");
  mkdirSync(join(folder, "notes"));
});

describe("comma-separated values", () => {
  test("preserve any text", () => {
    const field = fc.oneof(fc.string(), fc.constantFrom('"', "\r\n", ",", "", "-1", "+a"), fc.double({ noNaN: true }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.array(field, { minLength: 4, maxLength: 4 })),
        (width, all) => {
          const rows = all.map((row) => row.slice(0, width));
          const unguarded = (text: string) => (/^'(\s*[=+\-@]|[\t\r])/.test(text) ? text.slice(1) : text);
          const found = parseCsv(csv(rows)).map((row) => row.map(unguarded));
          expect(found).toEqual(rows.map((row) => row.map(String).map(unguarded)));
        },
      ),
    );
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\uff1d1+1", "'\uff1d1+1"],
    ["\uff0b1", "'\uff0b1"],
    ["\uff0d1", "'\uff0d1"],
    ["\uff20SUM(A1)", "'\uff20SUM(A1)"],
    ["\t\uff1d1", "'\t\uff1d1"],
    ["\u200b=1", "'\u200b=1"],
    ["\ufeff=1", "'\ufeff=1"],
    ["\ra", '"\'\ra"'],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    [" =1", "' =1"],
    ["-", "'-"],
    ["-0.5", "-0.5"],
    ["+1e-3", "+1e-3"],
    [-0.5, "-0.5"],
    [-1e-7, "-1e-7"],
    ["a=b", "a=b"],
    [true, "true"],
    [null, ""],
    [undefined, ""],
    ['say "a, b"', '"say ""a, b"""'],
    ["=a,b", '"\'=a,b"'],
  ])("%j is written as %j", (value, text) => {
    expect(csv([[value]])).toBe(`${text}\r\n`);
  });
});

describe("runs export", () => {
  test("writes all quantities of all runs, and nothing of foreign folders", async () => {
    const { code, stdout } = await runs("export", folder);
    expect(code).toBe(0);
    const [head, ...rows] = parseCsv(stdout);
    expect(new Set(head).size).toBe(head!.length);
    const cell = (row: readonly string[], key: string) => row[head!.indexOf(key)];
    expect(
      rows.map((row) => [cell(row, "name"), cell(row, "status"), cell(row, "learningRate"), cell(row, "scope")]),
    ).toEqual([
      ['\'=1+1,"quoted"', "ended", "0.1", ""],
      ["lua", "unfinished", "1", "geometricScope(1e-4, 1e-3)"],
      ["torn", "torn", "", ""],
    ]);
    const { runs: listed } = await jsonOf("list", folder, "--where", "name!=notes");
    const keys = new Set(listed.flatMap((run: object) => Object.keys(run)));
    expect(new Set(head)).toEqual(keys);
    expect(cell(rows[2]!, "reason")).toMatch(/config\.json: malformed JSON$/);
  });

  test("writes a row for each evaluation", async () => {
    const { stdout } = await runs("export", folder, "--evaluations", "--where", "optimizer=entropy-sgd");
    expect(parseCsv(stdout)).toEqual([
      [
        "name",
        "seed",
        "optimizer",
        "gradients",
        "effectiveEpochs",
        "validationError",
        "testError",
        "validationLoss",
        "testLoss",
        "seconds",
      ],
      ["lua", "1", "entropy-sgd", "40", "1", "0.4", "0.4", "0.1", "0.1", "40"],
      ["lua", "1", "entropy-sgd", "80", "2", "0.3", "0.3", "0.1", "0.1", "80"],
    ]);
  });

  test("has empty fields for numbers that a run lacks", async () => {
    const diverged = join(root, "diverged");
    const result = { reason: "non-finite", testError: null } as const;
    writeRun(join(diverged, "run"), { errors: [0.9, Number.NaN], result });
    const { stdout } = await runs("export", diverged, "--evaluations");
    expect(parseCsv(stdout).map((row) => row[6])).toEqual(["testError", "0.9", ""]);
    for (const args of [
      ["export", diverged],
      ["show", join(diverged, "run")],
      ["list", diverged],
      ["compare", diverged],
    ]) {
      expect((await runs(...args)).stdout).not.toMatch(/NaN|undefined/);
    }
  });

  test("writes whole files in the format of their ending", async () => {
    const [table, object] = [join(root, "out", "runs.csv"), join(root, "out", "runs.json")];
    const { stdout } = await runs("export", folder, "--out", table);
    expect(stdout).toBe(`3 runs are in ${table}\n`);
    expect(readFileSync(table, "utf8")).toBe((await runs("export", folder)).stdout);
    await runs("export", folder, "--out", object, "--evaluations");
    const { folder: from, evaluations } = JSON.parse(readFileSync(object, "utf8"));
    expect(from).toBe(folder);
    expect(evaluations).toHaveLength(4);
    expect(evaluations[0]).toMatchObject({ name: '=1+1,"quoted"', gradients: 40, testError: 0.1 });
  });

  test("refuses other endings, and a folder that cannot be written", async () => {
    const { code, stderr } = await runs("export", folder, "--out", join(root, "runs.txt"));
    expect([code, stderr]).toEqual([
      2,
      `--out: must end in .csv or .json, got ${JSON.stringify(join(root, "runs.txt"))}`,
    ]);
    expect(existsSync(join(root, "runs.txt"))).toBe(false);
    expect((await runs("export", folder, "--out", join(folder, "torn", "config.json", "x.csv"))).code).toBe(2);
  });
});

describe("runs show", () => {
  test("shows extensions of the budget, and numbers without needless digits", async () => {
    const path = join(root, "extended");
    const settings = { budget: 2, extendedFrom: [{ budget: 1, gradients: 440 }] };
    writeRun(path, { settings, result: { seconds: 5.399643419, effectiveEpochs: 2.0046620046620047 } });
    const { stdout } = await runs("show", path);
    expect(stdout).toMatch(/^extendedFrom +1 effective epoch \(440 gradients\)$/m);
    expect(stdout).toMatch(/^seconds +5\.39964$/m);
    expect(stdout).toMatch(/^effectiveEpochs +2\.00466$/m);
    writeRun(join(root, "plain"), { settings: { budget: 2 } });
    const compared = await runs("compare", path, join(root, "plain"));
    expect(compared.stdout).toContain("sgd extendedFrom=1 effective epoch (440 gradients)");
    expect(stdout + compared.stdout).not.toContain("[object");
  });

  test("shows a run in full", async () => {
    const path = join(root, "full");
    const events = [
      {
        type: "resume",
        gradients: 40,
        checkpoint: "001",
        skipped: [{ name: "002", why: "cut" }],
        warnings: ["Another machine"],
      },
      {
        ...{ type: "rollback", gradients: 40, from: 60, what: "batch loss", checkpoint: null },
        ...{ number: 1, learningRateFactor: 0.5 },
      },
      { type: "non-finite", gradients: 70, what: "state", learningRate: 0.1 },
      { type: "of a later version" },
    ];
    writeRun(path, { events });
    mkdirSync(join(path, "checkpoints", "001"), { recursive: true });
    writeFileSync(join(path, "checkpoints", "001", "state.json"), "12345");
    const { code, stdout } = await runs("show", path);
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe(`${path}: ended`);
    for (const line of [
      ...[/^learningRate +0\.1$/m, /^preset +–$/m, /^onnxRuntime +1\.30\.0$/m, /^testError +0\.05$/m, /^001 +5$/m],
      /^40 +1\.00 +0\.1000 +10\.00 +0\.1000 +10\.00 +40$/m,
      /^Resumed at gradient 40 from checkpoint 001\. Checkpoint 002 was damaged: cut\. Another machine\.$/m,
      /^Rollback 1 to the start \(gradient 40\), learning rates times 0\.5: the batch loss was not finite at gradient 60\.$/m,
      /^At gradient 70 the state was not finite, with the learning rate 0\.1\.$/m,
    ]) {
      expect(stdout).toMatch(line);
    }
    const found = await jsonOf("show", path);
    expect(found).toMatchObject({
      name: path,
      status: "ended",
      reason: null,
      gradients: 80,
      result: { testError: 0.05 },
    });
    expect(found.checkpoints).toEqual([{ name: "001", bytes: 5 }]);
    expect([found.resumes, found.rollbacks, found.nonFinite]).toEqual([[events[0]], [events[1]], [events[2]]]);
    expect(found.evaluations).toHaveLength(2);
  });

  test("needs a run", async () => {
    const { code, stderr } = await runs("show", folder);
    expect([code, stderr]).toEqual([2, `${folder}: is no run; \`runs list\` finds the runs below it`]);
    expect((await runs("show", join(folder, "nowhere"))).code).toBe(2);
  });
});
