import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { commandPath, launchProcess } from "../src/experiments/launchers.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { dataFolder, freshOut, root, run, small } from "./commandRunner.ts";

const sweep = (args: readonly string[], stopAt?: string) =>
  run(["sweep", ...args], { stopBy: "SIGTERM", ...(stopAt === undefined ? {} : { stopAt }) });

let numFiles = 0;
function fileOf(content: Readonly<Record<string, unknown>>): string {
  const file = join(root, `<sweep> ${numFiles++}.json`);
  const base = { network: "small-mnistfc", budget: 1, data: dataFolder(), optimizer: "sgd", seeds: 2 };
  writeFileSync(file, JSON.stringify({ ...base, set: { batchSize: 50, validation: 100 }, ...content }));
  return file;
}

const two = { parameters: { learningRate: [0.001, 0.02], sampling: ["replacement"] } };

describe("sweep", () => {
  test("trains every configuration, reports, and does not repeat runs that have ended", async () => {
    const [file, out] = [fileOf(two), freshOut()];
    const { code, stdout, stderr } = await sweep([file, "--out", out, "--parallel", "1"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^2 configurations with 2 seeds: 4 runs, 1 at a time, in /m);
    expect(stderr).toMatch(/\[1\/4\] sgd-\w{8}-1 begins: learningRate=0\.001, sampling=replacement\n/);
    expect(stderr).toMatch(
      /\[4\/4\] sgd-\w{8}-2: validation error \d+\.\d\d %, test error \d+\.\d\d % \(\d\.\d s\)\n$/,
    );
    expect(stdout).toMatch(/^learningRate +sampling +seeds +validation error %/);
    expect(stdout).toContain("Lowest validation error: learningRate=0.02, sampling=replacement");
    expect(stdout).toContain(`The page is ${join(out, "report.html")}`);

    const numbers = JSON.parse(readFileSync(join(out, "sweep.json"), "utf8"));
    expect(numbers).toMatchObject({ file, out, interrupted: false, criterion: "validationError", failed: [] });
    expect(numbers.best).toBe("learningRate=0.02, sampling=replacement");
    for (const { runs, summary, parameters } of numbers.configurations) {
      expect(runs.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2]);
      const [first, second] = runs.map(({ validationError }: { validationError: number }) => validationError);
      expect(summary.validationError.mean).toBeCloseTo((first + second) / 2, 12);
      for (const { name } of runs) {
        const { options, data } = JSON.parse(readFileSync(join(out, name, "config.json"), "utf8"));
        expect([options.learningRate, data]).toEqual([parameters.learningRate, dataFolder()]);
      }
    }
    // A name of a file is text in the page, and one value has no figure.
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("&lt;sweep&gt;");
    expect(page).not.toMatch(/<sweep>|NaN|undefined|Infinity/);
    expect(readdirSync(join(out, "figures"))).toEqual(["by-learningRate.png", "by-learningRate.svg"]);

    const events = numbers.configurations.flatMap(({ runs }: { runs: { name: string }[] }) =>
      runs.map(({ name }) => join(out, name, "events.jsonl")),
    );
    const times = () => events.map((path: string) => statSync(path).mtimeMs);
    const before = times();
    const again = await sweep([file, "--out", out, "--parallel", "1", "--json"]);
    expect(again.code).toBe(0);
    expect(again.stderr.match(/\(ended before\)/g)).toHaveLength(4);
    expect(JSON.parse(again.stdout)).toEqual(numbers);
    expect(times()).toEqual(before);

    // A file that names other runs as well leaves those alone that it no longer names.
    const changed = fileOf({ seeds: [2, 3], parameters: { learningRate: [0.02] } });
    const after = await sweep([changed, "--out", out, "--parallel", "1", "--json"]);
    expect(after.stderr).toMatch(/Left alone, as the file does not name them: 3 other runs/);
    expect(after.stderr.match(/\(ended before\)/g)).toHaveLength(1);
    expect(JSON.parse(after.stdout).configurations[0].runs).toHaveLength(2);
  }, 60_000);

  test("goes on after an interruption with the same results", async () => {
    const [file, out] = [fileOf({ ...two, seeds: 1 }), freshOut()];
    const first = await sweep([file, "--out", out, "--parallel", "1", "--json"], "[2/2]");
    expect(first.code).toBe(143);
    expect(first.stderr).toMatch(/\[2\/2\] sgd-\w{8}-1: interrupted\n/);
    expect(JSON.parse(first.stdout)).toMatchObject({
      interrupted: true,
      best: "learningRate=0.001, sampling=replacement",
    });
    const moved = freshOut();
    cpSync(out, moved, { recursive: true });
    const resumed = await run(["resume", moved, "--parallel", "1", "--json"]);
    const rest = await sweep([file, "--out", out, "--parallel", "1", "--json"]);
    const whole = await sweep([file, "--out", freshOut(), "--parallel", "1", "--json"]);
    const errors = ({ stdout }: { readonly stdout: string }) =>
      JSON.parse(stdout).configurations.map(({ runs }: { runs: Record<string, unknown>[] }) =>
        runs.map(({ name, validationError, testError, trainLoss }) => [name, validationError, testError, trainLoss]),
      );
    expect([rest.code, errors(rest)]).toEqual([0, errors(whole)]);
    // Without the file, by the plan in the folder.
    expect([resumed.code, errors(resumed)]).toEqual([0, errors(whole)]);
    const study = ["study", "wide-valleys", ...small, "--data", dataFolder(), "--budget", "1", "--out", out];
    const holds = `error: ${out}: holds another experiment (${join(out, "experiment.json")}); choose another --out\n`;
    expect(await run(study)).toMatchObject({ code: 2, stderr: holds });
  }, 60_000);

  test("trains the other runs where the settings of one cannot be read, also in resume", async () => {
    const [file, out] = [fileOf({ ...two, seeds: 1 }), freshOut()];
    await sweep([file, "--out", out, "--parallel", "1"]);
    const broken = readdirSync(out).find((name) => name.startsWith("sgd-"))!;
    writeFileSync(join(out, broken, "config.json"), "{");
    const failed = [expect.objectContaining({ name: broken, message: expect.stringMatching(/malformed JSON$/) })];
    for (const again of [
      ["sweep", file, "--out", out],
      ["resume", out],
    ]) {
      const { code, stdout } = await run([...again, "--parallel", "1", "--json"]);
      expect([code, JSON.parse(stdout)]).toMatchObject([2, { failed }]);
    }
  }, 60_000);

  test("--dry-run counts the gradients and writes nothing", async () => {
    const [file, out] = [fileOf({ ...two, optimizer: "entropy-sgd" }), freshOut()];
    const json = await sweep([file, "--out", out, "--dry-run", "--json"]);
    // 600 images in batches of 50 are 12 gradients, rounded up to one outer step of 20.
    expect(JSON.parse(json.stdout)).toMatchObject({
      gradients: 80,
      configurations: [{ gradients: 20 }, { gradients: 20 }],
    });
    const { code, stdout } = await sweep([file, "--out", out, "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/2 configurations with 2 seeds: 4 runs, 80 gradients in total\n$/);
    expect(existsSync(out)).toBe(false);
  });

  test("--threads are those of each run instead of the file's, and so decide how many go on at a time", async () => {
    const [file, out] = [fileOf({ ...two, seeds: 1, threads: 1 }), freshOut()];
    const threads = 4 * availableParallelism();
    const { code, stderr } = await sweep([file, "--out", out, "--threads", `${threads}`]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(": 2 runs, 1 at a time, in ")]);
    for (const name of readdirSync(out).filter((one) => one.startsWith("sgd-")))
      expect(JSON.parse(readFileSync(join(out, name, "config.json"), "utf8"))).toMatchObject({ threads });
    const compared = ["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd", "--budget", "1"];
    for (const [given, message] of [
      ["0", "It must be a whole number, at least 1."],
      [`${threads + 1}`, `error: threads: must be at most ${threads}, 4 for each core, got ${threads + 1}\n`],
    ] as const) {
      const own = freshOut();
      const found = await sweep([file, "--out", own, "--threads", given]);
      expect([found.code, found.stderr, existsSync(own)]).toEqual([2, expect.stringContaining(message), false]);
      // As its sibling says.
      const sibling = await run([...compared, "--out", own, "--threads", given]);
      if (given !== "0") expect(found.stderr).toBe(sibling.stderr);
    }
  });

  test("nothing begins if a later configuration is invalid", async () => {
    const [file, out] = [fileOf({ set: { validation: 100 }, parameters: { batchSize: [50, 601] } }), freshOut()];
    expect(await sweep([file, "--out", out])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /\.json:1:\d+: parameters\.batchSize\.1: must be at most the 600 training examples, got 601\n$/,
      ),
    });
    expect(existsSync(out)).toBe(false);
    const [empty, noData] = [freshOut(), fileOf({ data: "out-of-place", parameters: {} })];
    expect(await sweep([noData, "--out", empty])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/\.json:1:\d+: data: .*out-of-place/),
    });
    expect(existsSync(empty)).toBe(false);
  });
});

describe("a process for a run", () => {
  const settings = resolveSettings({ network: "small-mnistfc", optimizer: "sgd", budget: 1, seed: 1, data: "images" });
  /** A command that does as `source` says, with `path`, `args` and `wait`. */
  function command(source: string): string {
    const file = join(freshOut(), "command.mjs");
    mkdirSync(dirname(file));
    const head =
      'import { writeFileSync } from "node:fs"; import { join } from "node:path"; const args = process.argv.slice(2);' +
      "const path = args.at(-1); const wait = setInterval(() => {}, 1000); process.channel.unref();\n";
    writeFileSync(file, head + source);
    return file;
  }
  /** A command that tells its parent an error, and ends. */
  const failing = (error: string, code: number): string =>
    `process.send({ error: ${JSON.stringify(error)} }, () => process.exit(${code}));`;
  const never = new AbortController().signal;

  test("gets the run and the folder of its data, and trains with its settings", async () => {
    const path = freshOut();
    const tell = 'writeFileSync(join(path, "args"), JSON.stringify(args)); process.exit(0);';
    expect(await launchProcess({ command: command(tell) })(path, settings, never)).toEqual({
      ...{ kind: "failed", exitCode: 1 },
      message: "its process ended with exit code 0 and without a result",
    });
    expect(JSON.parse(readFileSync(join(path, "args"), "utf8"))).toEqual([
      ...["resume", "--json", "--data", settings.data, "--", path],
    ]);
    expect(JSON.parse(readFileSync(join(path, "config.json"), "utf8"))).toMatchObject(settings);
  });

  test.each([
    [failing("the disk is full", 2), "the disk is full", 2],
    [failing("internal error: TypeError: x", 1), "internal error: TypeError: x", 1],
    [
      'process.stderr.write("error: no\\n"); process.exit(2);',
      "its process ended with exit code 2 and without a result",
      2,
    ],
    ["process.exit(7);", "its process ended with exit code 7 and without a result", 1],
    ['process.kill(process.pid, "SIGKILL");', "its process was ended by SIGKILL", 1],
  ])("that fails is told by the error that it sends (%#)", async (source, message, exitCode) => {
    const outcome = await launchProcess({ command: command(source) })(freshOut(), settings, never);
    expect(outcome).toEqual({ kind: "failed", message, exitCode });
  });

  test("gets the signal to stop, and is waited for", async () => {
    const controller = new AbortController();
    const path = freshOut();
    const source =
      'process.once("SIGTERM", () => setTimeout(() => { writeFileSync(join(path, "stopped"), ""); process.exit(143); }, 50));' +
      'writeFileSync(join(path, "ready"), "");';
    const outcome = launchProcess({ command: command(source) })(path, settings, controller.signal);
    while (!existsSync(join(path, "ready"))) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort("SIGTERM");
    expect(await outcome).toEqual({ kind: "interrupted" });
    expect(existsSync(join(path, "stopped"))).toBe(true);
  });

  test("is not begun after the signal, which it would not hear", async () => {
    const path = freshOut();
    const begun = command('writeFileSync(join(path, "begun"), ""); process.exit(0);');
    expect(await launchProcess({ command: begun })(path, settings, AbortSignal.abort("SIGTERM"))).toEqual({
      kind: "interrupted",
    });
    expect(existsSync(join(path, "begun"))).toBe(false);
  });
});

describe("with processes of the built command", () => {
  beforeAll(() => {
    const built = fileURLToPath(new URL("../dist/commands/resume.js", import.meta.url));
    if (!existsSync(built)) throw new Error(`${built} is missing: build the packages first (npm run build)`);
    expect(existsSync(commandPath)).toBe(true);
  });

  test("two runs at a time give the same results as one at a time, also after an interruption", async () => {
    const file = fileOf({ ...two, seeds: 1 });
    const [out, one] = [freshOut(), freshOut()];
    const { code, stdout, stderr } = await sweep([file, "--out", out, "--parallel", "2", "--json"]);
    expect([code, stderr.match(/ begins: /g)?.length]).toEqual([0, 2]);
    expect(stderr.indexOf("[2/2]")).toBeLessThan(stderr.search(/\[1\/2\] \S+: validation/));
    const alone = await sweep([file, "--out", one, "--parallel", "1", "--json"]);
    const losses = (text: string) =>
      JSON.parse(text).configurations.map(({ runs }: { runs: { trainLoss: number }[] }) =>
        runs.map(({ trainLoss }) => trainLoss),
      );
    expect(losses(stdout)).toEqual(losses(alone.stdout));
    // As if one had been killed before it ended.
    const [name] = readdirSync(out).filter((entry) => entry.startsWith("sgd-"));
    rmSync(join(out, name!, "events.jsonl"));
    const again = await sweep([file, "--out", out, "--parallel", "2", "--json"]);
    expect(again.stderr.match(/ begins: /g)).toHaveLength(1);
    expect(losses(again.stdout)).toEqual(losses(stdout));
  }, 60_000);

  test("a comparison of two runs at a time has the results of one at a time", async () => {
    const args = ["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd,adam", "--seeds", "1"];
    const compare = (...more: string[]) =>
      run([...args, "--budget", "1", "--threads", "1", "--out", freshOut(), "--json", ...more]);
    const two = await compare("--parallel", "2");
    expect(two.code, two.stderr).toBe(0);
    expect(two.stderr).toMatch(/\[2\/2\] adam-1 begins: adam\n/);
    const losses = ({ stdout }: { readonly stdout: string }) =>
      JSON.parse(stdout).runs.map(({ trainLoss }: { trainLoss: number }) => trainLoss);
    expect(losses(two)).toEqual(losses(await compare()));
  }, 60_000);
});
