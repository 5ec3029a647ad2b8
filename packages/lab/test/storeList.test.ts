import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printable, printableJson } from "entropy-sgd-training";
import { beforeAll, describe, expect, test } from "vitest";
import { jsonOf, parseCsv, runs, temporaryFolder, writeRun } from "./storeFolders.ts";

const root = temporaryFolder();
const sweep = join(root, "sweep");

beforeAll(() => {
  for (const [name, learningRate, seed, testError] of [
    ["a-1", 0.1, 1, 0.01],
    ["a-2", 0.1, 2, 0.03],
    ["b-1", 0.03, 1, 0.04],
    ["b-2", 0.03, 2, 0.02],
    ["b-3", 0.03, 3, 0.06],
  ] as const) {
    const errors = [0.5, testError];
    writeRun(join(sweep, name), {
      seed,
      errors,
      options: { learningRate },
      settings: { keepLast: seed, threads: seed },
    });
  }
  writeRun(join(sweep, "a-3"), {
    seed: 3,
    options: { learningRate: 0.1 },
    result: { reason: "non-finite", testError: null },
  });
  writeRun(join(sweep, "a-4"), {
    seed: 4,
    options: { learningRate: 0.1 },
    result: { reason: "interrupted", interrupted: true, testError: 0.9 },
  });
  writeRun(join(sweep, "lua"), { optimizer: "entropy-sgd", result: null });
  mkdirSync(join(sweep, "notes"));
});

describe("runs list", () => {
  const names = async (...args: string[]): Promise<string[]> =>
    (await jsonOf("list", sweep, ...args)).runs.map(({ name }: { name: string }) => name);

  test("prints a table with errors in per cent, then the folders that are not runs", async () => {
    const { code, stdout } = await runs("list", sweep);
    expect(code).toBe(0);
    const [head, rule, first, ...rest] = stdout.split("\n");
    expect(head).toMatch(
      /^name +network +optimizer +seed +status +gradients +validation error % +test error % +train loss +seconds$/,
    );
    expect(rule).toMatch(/^[- ]+$/);
    expect(first).toMatch(/^a-1 +lenet +sgd +1 +ended +80 +2\.00 +1\.00 +0\.0500 +80$/);
    expect(rest.find((line) => line.startsWith("a-3"))).toMatch(/ diverged +80 +2\.00 +– /);
    expect(rest.find((line) => line.startsWith("lua"))).toMatch(
      / entropy-sgd \(paper\) +1 +unfinished +80 +5\.00 +5\.00 +– /,
    );
    expect(rest.slice(-3)).toEqual(["", "foreign notes: holds no run", ""]);
    expect((await runs("list", sweep, "--where", "seed=99")).stdout).toBe(`No runs in ${sweep}\n`);
  });

  test("prints every setting, option and result as JSON; allowed and actual rollbacks are two fields", async () => {
    const { folder, runs: found } = await jsonOf("list", sweep);
    expect(folder).toBe(sweep);
    expect(found).toHaveLength(9);
    expect(found[0]).toMatchObject({
      ...{ name: "a-1", status: "ended", network: "lenet", preset: null, drops: "0.4", learningRate: 0.1 },
      ...{ momentum: 0.9, testError: 0.01, trainLoss: 0.05, rollbacks: 0, rollbacksAllowed: 0, innerSteps: 20 },
    });
    expect(found.at(-1)).toEqual({ name: "notes", status: "foreign", reason: "holds no run" });
  });

  test("prefers the setting if an option has the same name", async () => {
    const folder = join(root, "collision");
    writeRun(join(folder, "run"), { options: { innerSteps: 7, seed: 9, name: "x", __proto__: "y" } });
    const { runs: found } = await jsonOf("list", folder);
    expect(found[0]).toMatchObject({ innerSteps: 20, seed: 1, name: "run" });
  });

  test("keeps the runs that meet all conditions", async () => {
    expect(await names("--where", "learningRate=0.1", "--where", "seed<=2")).toEqual(["a-1", "a-2"]);
    expect(await names("--where", "testError<0.03")).toEqual(["a-1", "b-2"]);
    expect(await names("--where", "preset!=null")).toEqual(["lua"]);
    expect(await names("--where", "name=notes")).toEqual(["notes"]);
  });

  test("sorts, with runs without a value last", async () => {
    const without = ["a-3", "notes"];
    expect(await names("--sort", "testError")).toEqual(["a-1", "b-2", "a-2", "b-1", "lua", "b-3", "a-4", ...without]);
    expect(await names("--sort", "-testError")).toEqual(["a-4", "b-3", "lua", "b-1", "a-2", "b-2", "a-1", ...without]);
  });

  test("refuses unknown keys with the known ones, and both formats at once", async () => {
    for (const [option, ...args] of [
      ["--where", "learningrate=1"],
      ["--sort", "-learningrate"],
    ] as const) {
      const { code, stderr } = await runs("list", sweep, option, ...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(`${option}: no run has "learningrate"; the known keys are name, status, network, `);
      expect(stderr).toContain("learningRate");
    }
    expect((await runs("list", sweep, "--json", "--csv")).code).toBe(2);
  });

  test("prints the same values as CSV", async () => {
    const [head, ...rows] = parseCsv((await runs("list", sweep, "--csv")).stdout);
    expect(head!.slice(0, 6)).toEqual(["name", "network", "optimizer", "preset", "seed", "status"]);
    expect(rows).toHaveLength(9);
    const { runs: found } = await jsonOf("list", sweep);
    rows.forEach((row, i) => {
      const values = head!.map((key) => found[i][key] ?? "");
      expect(row).toEqual(values.map(String));
    });
  });
});

describe("groups", () => {
  test("are means over the seeds that ended, labelled by the settings that differ", async () => {
    const { groups, others } = await jsonOf("list", sweep, "--group");
    expect(groups.map(({ label }: { label: string }) => label)).toEqual([
      ...["sgd learningRate=0.1", "sgd learningRate=0.03", "entropy-sgd (paper)"],
    ]);
    expect(others).toEqual([{ name: "notes", status: "foreign", reason: "holds no run" }]);
    const [a, b, lua] = groups;
    // (1 + 3) / 2 and √((1 + 1) / 1), in per cent; then (4 + 2 + 6) / 3 and √((0 + 4 + 4) / 2).
    expect(a).toMatchObject({ seeds: [1, 2], numNotEnded: 2, numRepeated: 0, testError: { n: 2 } });
    expect(a.testError.mean).toBeCloseTo(0.02, 12);
    expect(a.testError.sd).toBeCloseTo(0.01 * Math.SQRT2, 12);
    expect(b).toMatchObject({ seeds: [1, 2, 3], numNotEnded: 0, testError: { n: 3 } });
    expect(b.testError.mean).toBeCloseTo(0.04, 12);
    expect(b.testError.sd).toBeCloseTo(0.02, 12);
    expect(b.settings).toMatchObject({ learningRate: 0.03, data: "MNIST" });
    expect(b.settings).not.toHaveProperty("seed");
    expect(lua).toMatchObject({ seeds: [], numNotEnded: 1, testError: { mean: null, sd: null, n: 0 } });
  });

  test("as a table count the runs that did not end, and can be sorted by means", async () => {
    const { stdout } = await runs("list", sweep, "--group", "--sort", "-testError");
    const [, , first, second, third] = stdout.split("\n");
    expect(first).toMatch(/^sgd learningRate=0\.03 +3 +0 +2\.00 ± 0\.00 +4\.00 ± 2\.00 /);
    expect(second).toMatch(/^sgd learningRate=0\.1 +2 +1 diverged, 1 interrupted +2\.00 ± 0\.00 +2\.00 ± 1\.41 /);
    expect(third).toMatch(/^entropy-sgd \(paper\) +0 +1 unfinished +– +– /);
  });

  test("as CSV have mean, deviation and number of each quantity", async () => {
    const [head, ...rows] = parseCsv((await runs("list", sweep, "--group", "--csv")).stdout);
    const cell = (row: readonly string[], key: string) => row[head!.indexOf(key)];
    expect(rows.map((row) => cell(row, "label"))[1]).toBe("sgd learningRate=0.03");
    expect(Number(cell(rows[1]!, "testError sd"))).toBeCloseTo(0.02, 12);
    expect([cell(rows[0]!, "seeds"), cell(rows[0]!, "notEnded"), cell(rows[2]!, "testError")]).toEqual(["2", "2", ""]);
  });

  test("count a seed once, are separate for other data and budgets, and are labelled by differences within an optimizer", async () => {
    const folder = join(root, "apart");
    writeRun(join(folder, "one"), { errors: [0.02] });
    writeRun(join(folder, "one again"), { errors: [0.03] });
    writeRun(join(folder, "other budget"), { settings: { budget: 3 } });
    writeRun(join(folder, "other data"), { settings: { data: "/data" } });
    writeRun(join(folder, "other data, moved"), {
      settings: { data: "/data" },
      seed: 2,
      dataChecksum: "0123456789abcdef01",
    });
    writeRun(join(folder, "other data, moved again"), {
      settings: { data: "/x" },
      seed: 3,
      dataChecksum: "0123456789abcdef01",
    });
    writeRun(join(folder, "other optimizer"), { optimizer: "adam" });
    const { groups } = await jsonOf("list", folder, "--group");
    const found = groups.map(({ label, seeds, numRepeated }: Record<string, unknown>) => [label, seeds, numRepeated]);
    expect(found).toEqual([
      ["sgd budget=2 data=MNIST", [1], 1],
      ["sgd budget=3 data=MNIST", [1], 0],
      ["sgd budget=2 data=/data", [1], 0],
      ["sgd budget=2 data=sha256:0123456789abcdef", [2, 3], 0],
      ["adam budget=2 data=MNIST", [1], 0],
    ]);
    expect(groups[0].testError).toEqual({ mean: 0.02, sd: null, n: 1 });
    expect((await runs("list", folder, "--group")).stdout).toContain(
      "\n1 ended under a seed that is counted already, and is left out\n",
    );
  });
});

describe("untrusted texts", () => {
  test("are escaped for the terminal, in every format", async () => {
    const folder = join(root, "strangers");
    const hostile = "\x1b[31mred\u202egnp\u009b1m\x7f";
    writeRun(join(folder, hostile), { options: { note: hostile } });
    writeRun(join(folder, `torn ${hostile}`));
    writeFileSync(join(folder, `torn ${hostile}`, "config.json"), "{");
    mkdirSync(join(folder, `notes ${hostile}`));
    const shown = "\\x1b[31mred\\u202egnp\\x9b1m\\x7f";
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    const obeyed = /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]/;
    for (const args of [
      ...[
        ["list", folder],
        ["list", folder, "--group"],
        ["list", folder, "--csv"],
        ["list", folder, "--json"],
      ],
      ...[
        ["export", folder],
        ["export", folder, "--evaluations"],
        ["compare", folder],
      ],
      ...[
        ["show", join(folder, hostile)],
        ["show", join(folder, `torn ${hostile}`)],
        ["show", join(folder, hostile), "--json"],
      ],
      ...[
        ["delete", folder, "--where", "seed=1"],
        ["list", folder, "--where", "x=1"],
      ],
      ...[
        ["show", join(folder, `notes ${hostile}`)],
        ["delete", folder, "--run", hostile, "--where", "status=torn"],
      ],
    ]) {
      const { code, stdout, stderr } = await runs(...args);
      expect(stdout + stderr, args.join(" ")).not.toMatch(obeyed);
      expect((stdout + stderr).length).toBeGreaterThan(10);
      expect(code === 0 || stderr !== "").toBe(true);
    }
    expect((await runs("list", folder)).stdout).toContain(`${shown}  lenet`);
    expect((await jsonOf("list", folder)).runs[0].name).toBe(hostile);
  });

  test("are escaped only where they are harmful", () => {
    expect(printable("Größe ± 1 – 漢字 🙂")).toBe("Größe ± 1 – 漢字 🙂");
    expect(printable("a\nb\tc\u2028\ufeff")).toBe("a\\x0ab\\x09c\\u2028\\ufeff");
    expect(JSON.parse(printableJson({ "\u202e\x7f": "\u009b\n" }))).toEqual({ "\u202e\x7f": "\u009b\n" });
  });
});
