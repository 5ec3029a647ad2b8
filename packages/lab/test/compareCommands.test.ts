import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";

const settings = ["--set", "validation=100", "--set", "batchSize=50"];
const [one, two] = [join(root, "one"), join(root, "two")];

beforeAll(async () => {
  for (const [seed, out] of [
    ["1", one],
    ["2", two],
  ] as const) {
    const base = ["train", "--network", "mlp-49-16-10", ...settings, "--data", dataFolder()];
    const { code } = await run([
      ...base,
      "--optimizer",
      "sgd",
      "--budget",
      "3",
      "--seed",
      seed,
      "--out",
      out,
      "--json",
    ]);
    expect(code).toBe(0);
  }
}, 60_000);

/** Pages hold numbers, not what went wrong with them. */
function expectPage(file: string): void {
  expect(readFileSync(file, "utf8")).not.toMatch(/NaN|undefined|Infinity/);
}

const aborted = (): AbortSignal => AbortSignal.abort("SIGINT");

describe("robustness", () => {
  test("two runs under the same noise: paired differences, figures and page; a run equals itself", async () => {
    const out = freshOut();
    const { code, stdout, stderr } = await run(["robustness", one, two, "--examples", "200", "--out", out, "--json"]);
    expect(code).toBe(0);
    const { runs, differences, settings: found } = JSON.parse(stdout);
    expect(found).toMatchObject({ network: "mlp-49-16-10", testImages: 200, imagesPerBlock: 10 });
    expect(differences).toHaveLength(19);
    expect(differences[0]).toMatchObject({ perturbation: "none", size: 0, error: { n: 20 } });
    for (const [k, { error }] of differences.entries()) {
      const difference = runs[0].points[k].error.estimate - runs[1].points[k].error.estimate;
      expect(error.estimate).toBeCloseTo(difference, 12);
      // One of 200 images.
      expect(error.detectable).toBeGreaterThanOrEqual(0.005);
    }
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(["robustness.html", "robustness.json", "robustness-shift.png", "robustness-shift.svg"]),
    );
    expectPage(join(out, "robustness.html"));
    expect(stderr).toMatch(/^robustness: about 38 losses over 200 images$/m);
    const other = freshOut();
    const same = await run(["robustness", one, one, "--examples", "200", "--threads", "1", "--out", other]);
    expect(same.stdout.match(/not distinguishable; all differences are alike$/gm)).toHaveLength(19);
    expect(same.stderr).toMatch(/^warning: .* and .*: have the same weights$/m);
    expect(readFileSync(join(other, "robustness.html"), "utf8")).not.toContain(">±0");
  });

  test("refuses more blocks than there are images", async () => {
    const { code, stderr } = await run(["robustness", one, two, "--examples", "100", "--blocks", "101"]);
    expect([code, stderr]).toEqual([2, "error: --blocks: must be at most the 100 test images, got 101\n"]);
  });

  test("after a signal nothing is written", async () => {
    const out = freshOut();
    const { code, stderr } = await run(["robustness", one, two, "--examples", "200", "--out", out], {
      signal: aborted(),
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(/interrupted: nothing was complete, nothing was written/);
    expect(existsSync(out)).toBe(false);
  });
});

describe("flatness", () => {
  const amounts = ["--examples", "200", "--draws", "4", "--steps", "20", "--probes", "2", "--radii", "0.01"];

  test("every measure, with a sentence for each", async () => {
    const out = freshOut();
    const { code, stdout } = await run(["flatness", one, two, ...amounts, "--out", out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Largest eigenvalue of the Hessian: (one|two|no difference)/);
    const { runs, sentences, differences } = JSON.parse(readFileSync(join(out, "flatness.json"), "utf8"));
    expect(runs[0].measures).toHaveLength(14);
    expect(sentences).toHaveLength(14);
    expect(stdout.split("\n").slice(0, 14)).toEqual(sentences);
    for (const { verdict, estimate, detectable } of differences) {
      if (verdict.endsWith("is flatter")) expect(Math.abs(estimate)).toBeGreaterThan(0);
      if (verdict === "not distinguishable") expect(Math.abs(estimate)).toBeLessThanOrEqual(detectable);
    }
    expectPage(join(out, "flatness.html"));
    expect(readdirSync(out).sort()).toEqual(["flatness.html", "flatness.json", "flatness.png", "flatness.svg"]);
  }, 60_000);

  test("a run compared with itself has no difference", async () => {
    const { stdout } = await run(["flatness", one, one, ...amounts, "--out", freshOut(), "--json"]);
    for (const { verdict } of JSON.parse(stdout).differences) {
      expect(["not distinguishable", "not comparable"]).toContain(verdict);
    }
  }, 60_000);

  test("needs runs of one network", async () => {
    const other = freshOut();
    const base = ["train", "--network", "small-mnistfc", ...settings, "--data", dataFolder(), "--optimizer", "sgd"];
    await run([...base, "--budget", "1", "--out", other]);
    const { code, stderr } = await run(["flatness", one, other]);
    expect(code).toBe(2);
    expect(stderr).toBe("error: runs must be of one network, got mlp-49-16-10 and small-mnistfc\n");
  });
});

describe("slice", () => {
  test("through two runs: the ends of the line are the runs", async () => {
    const out = freshOut();
    const amounts = ["--examples", "600", "--points", "5", "--grid", "5", "--out", out, "--json"];
    const { code, stdout } = await run(["slice", one, two, ...amounts]);
    expect(code).toBe(0);
    const { line, surface } = JSON.parse(stdout);
    expect(line.map(({ x }: { x: number }) => x)).toEqual([-0.5, 0, 0.5, 1, 1.5]);
    expect(surface).toHaveLength(25);
    // The line is the surface's middle row.
    for (const [k, { loss }] of line.entries()) expect(surface[10 + k].loss).toBeCloseTo(loss, 6);
    const { result } = JSON.parse(readFileSync(join(one, "events.jsonl"), "utf8").trim().split("\n").at(-1)!);
    expect(line[1].loss).toBeCloseTo(result.trainLoss, 4);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(["slice.html", "slice-line.png", "slice-surface.svg"]));
    expectPage(join(out, "slice.html"));
  });

  test("around one run; three are too many", async () => {
    const { code, stdout } = await run([
      ...["slice", one, "--examples", "100", "--points", "3", "--grid", "3", "--span", "0.5", "--out", freshOut()],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^lowest loss/);
    expect((await run(["slice", one, two, one])).stderr).toBe("error: slice: takes one or two runs, got 3\n");
  });
});

test("saddles: points with index and energy, and a message if the study failed", async () => {
  const out = join(freshOut(), "saddles.html");
  const { code, stdout } = await run([
    ...["saddles", "--searches", "2", "--examples", "100", "--tolerance", "1e-3", "--data", dataFolder()],
    ...["--out", out],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^The study failed: \d distinct critical points from 2 searches, 100 are needed/);
  const { points, numSearches } = JSON.parse(readFileSync(out.replace("html", "json"), "utf8"));
  expect(numSearches).toBe(2);
  for (const { index, gradientNorm } of points) {
    expect(index).toBeLessThan(0.5);
    expect(gradientNorm).toBeLessThanOrEqual(1e-3);
  }
  expectPage(out);
}, 120_000);

describe("study scope", () => {
  const grid = (folder: string): string => {
    const file = join(folder, "grid.yaml");
    const line = (name: string, optimizer: string, set: string, role: string): string =>
      `  - { name: ${name}, words: as it is, optimizer: ${optimizer}, set: [${set}], ${role} }`;
    const lines = [
      line("control", "entropy-sgd", '"scope=0", "noise=0"', "role: control"),
      line("sgd", "sgd", "", "role: sgd"),
      line("sam", "sam", "", "role: sam"),
      line("lost", "sgd", '"learningRate=1e38"', "role: sgd"),
      line("one", "entropy-sgd", '"scope=1"', "role: cell, group: strong"),
      line("grows", "entropy-sgd", '"scope=focusingScope(0.01, 100)"', "role: cell, group: focusing"),
    ];
    writeFileSync(file, `conditions:\n${lines.join("\n")}\n`);
    return file;
  };
  const args = [
    ...["--network", "mlp-49-16-10", "--budget", "1", ...settings, "--data", dataFolder(), "--coupling-seeds", "0"],
    ...[
      "--radii",
      "0.01",
      "--examples",
      "100",
      "--curvature-examples",
      "100",
      "--test-examples",
      "100",
      "--draws",
      "2",
    ],
    ...["--steps", "3", "--probes", "2", "--threads", "1"],
  ];

  test("screens, leaves out what diverged, and the study of what was chosen draws both", async () => {
    const screening = freshOut();
    mkdirSync(screening);
    const conditions = ["--conditions", grid(screening)];
    const screened = await run(["study", "scope-screening", ...args, ...conditions, "--out", screening]);
    expect(screened.code).toBe(0);
    expect(screened.stderr).toContain(`${join(screening, "lost-1")}: diverged`);
    const { runs, hypotheses } = JSON.parse(readFileSync(join(screening, "study.json"), "utf8"));
    expect([runs.length, hypotheses]).toEqual([5, []]);
    expect(existsSync(join(screening, "phase.svg"))).toBe(true);
    const again = await run(["study", "scope-screening", ...args, ...conditions, "--out", screening]);
    expect(screened.stderr).toContain("study: 6 of 6 runs are left");
    expect([again.code, again.stderr.includes("left")]).toEqual([0, false]);
    const chosen = readFileSync(join(screening, "chosen.yaml"), "utf8");
    expect([...chosen.matchAll(/name: (\S+)/g)].map(([, name]) => name).slice(0, 3)).toEqual(["control", "sgd", "sam"]);
    const out = freshOut();
    const both = ["--conditions", join(screening, "chosen.yaml"), "--screened", screening, "--seeds", "2"];
    const study = await run(["study", "scope", ...args, ...both, "--out", out]);
    expect([study.code, study.stdout.slice(0, 3)]).toEqual([0, "H1 "]);
    expectPage(join(out, "study.html"));
    const none = await run(["study", "scope", ...args, ...both.slice(0, 2), "--screened", out, "--out", freshOut()]);
    expect([none.code, none.stderr]).toEqual([2, `error: ${out}: holds no screening of the scope\n`]);
  }, 120_000);

  test.each([
    [["scope"], "error: --conditions: must be given for scope"],
    [["wide-valleys", "--conditions", "grid.yaml"], "is for other studies: wide-valleys has conditions of its own"],
    [["wide-valleys", "--seeds", "1"], "error: --seeds: must be a whole number, at least 2, got 1"],
  ])("%o is refused", async (own, message) => {
    const { code, stderr } = await run(["study", ...own, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("study wide-valleys", () => {
  const args = (out: string): string[] => [
    ...["study", "wide-valleys", "--network", "mlp-49-16-10", "--seeds", "2", "--budget", "1", ...settings],
    ...["--data", dataFolder(), "--out", out, "--coupling-seeds", "1", "--radii", "0.01", "--examples", "100"],
    ...["--curvature-examples", "100", "--coupling-examples", "50", "--test-examples", "100", "--draws", "2"],
    ...["--steps", "5", "--probes", "2", "--samples", "8", "--threads", "1"],
  ];

  test("trains, measures and judges, and does not repeat complete parts", async () => {
    const out = freshOut();
    const { code, stdout } = await run(args(out));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^H1 (supported|contradicted|not decided): Entropy-SGD ends in flatter places than SGD/);
    const { runs, hypotheses, pairs } = JSON.parse(readFileSync(join(out, "study.json"), "utf8"));
    expect(runs).toHaveLength(10);
    expect(hypotheses.map(({ name }: { name: string }) => name)).toEqual(["H1", "H2", "H3", "H4"]);
    expect(pairs[0]).toMatchObject({ first: "entropy-sgd", second: "sgd" });
    expect(pairs[0].flatness).toHaveLength(14);
    expect(runs.filter(({ coupling }: { coupling: unknown }) => coupling !== null)).toHaveLength(5);
    expectPage(join(out, "study.html"));
    const before = statSync(join(out, "sgd-1", "measures.json")).mtimeMs;
    const again = await run([...args(out), "--json"]);
    expect(again.code).toBe(0);
    expect(again.stderr).toBe("");
    expect(statSync(join(out, "sgd-1", "measures.json")).mtimeMs).toBe(before);
    expect(JSON.parse(again.stdout).hypotheses).toEqual(hypotheses);
    const other = await run([...args(out), "--set", "learningRate=0.5"]);
    const unknown = await run([...args(out), "--coupling-conditions", "sgd,adam"]);
    expect(unknown.stderr).toBe(
      'error: --coupling-conditions: "adam" is none of sgd, entropy-sgd, sam, control, swa\n',
    );
    expect(other.stderr).toMatch(/sgd-1: holds a run of other settings; choose another --out/);
  }, 120_000);

  test("an interruption keeps complete parts", async () => {
    const out = freshOut();
    const { code, stderr } = await run(args(out), { signal: aborted() });
    expect(code).toBe(130);
    expect(stderr).toMatch(/What is done is kept: npx entropy-sgd \w+ .* goes on\n/);
    // The same command, or its plan in the folder.
    expect((await run(["resume", out])).code).toBe(0);
    const { hypotheses } = JSON.parse(readFileSync(join(out, "study.json"), "utf8"));
    expect(JSON.parse((await run([...args(out), "--json"])).stdout).hypotheses).toEqual(hypotheses);
  }, 120_000);

  test("a run that diverges ends it", async () => {
    const out = freshOut();
    const { code, stderr } = await run([...args(out), "--set", "learningRate=1e38"]);
    expect([code, readdirSync(out).sort()]).toEqual([3, ["experiment.json", "sgd-1"]]);
    expect(stderr).toContain(`${join(out, "sgd-1")}: diverged; a study compares runs that end\n`);
  });
});
