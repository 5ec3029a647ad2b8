import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, type RunResult } from "entropy-sgd-training";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyData } from "../../training/test/tinyTask.ts";
import { type SweepCommand, sweepCommand } from "../src/commands/sweep.ts";
import { type RunLauncher, type RunOutcome, runAll } from "../src/experiments/runAll.ts";
import { planSweep } from "../src/experiments/sweep/planSweep.ts";
import { parseSweep } from "../src/experiments/sweep/readSweep.ts";
import { sweepResult } from "../src/experiments/sweep/sweepResult.ts";
import { resultRows, sentencesOf } from "../src/pages/sweepWords.ts";
import { currentEnvironment } from "../src/runs/environment.ts";
import { configText } from "../src/runs/runFolder.ts";
import { dataFolder, freshOut, inMemory } from "./commandRunner.ts";
import { partsOf, resultWith } from "./testRecords.ts";

const data = tinyData({ train: 500, validation: 100, test: 100 });

function planOfRates(rates: readonly number[], seeds: number, validation = 100) {
  const content = {
    ...{ network: "small-mnistfc", budget: 2, optimizer: "sgd", seeds },
    ...{ set: { batchSize: 50, validation }, parameters: { learningRate: rates } },
  };
  return planSweep(parseSweep(JSON.stringify(content), "s.json", "/folder"), partsOf("small-mnistfc", data));
}

const ended = (changes: Partial<RunResult> = {}): RunOutcome => ({
  kind: "ended",
  result: resultWith(changes),
  before: false,
});

describe("runs", () => {
  test("all are launched once, in order, with the given number at a time", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 6, maxLength: 6 }),
        async (parallel, delays) => {
          const { runs } = planOfRates([0.1, 0.2, 0.3], 2);
          const launched: string[] = [];
          let [now, most] = [0, 0];
          const launch: RunLauncher = async (path, { seed }) => {
            const delay = delays[launched.push(path) - 1]!;
            most = Math.max(most, ++now);
            for (let i = 0; i < delay; i++) await Promise.resolve();
            now -= 1;
            return ended({ seed });
          };
          const out = join("nowhere", "out");
          const signal = new AbortController().signal;
          const outcomes = await runAll(runs, { out, parallel, signal, launch, checksum: null });
          expect(launched).toEqual(runs.map(({ name }) => join(out, name)));
          expect(most).toBe(Math.min(parallel, 6));
          expect(outcomes.map((outcome) => outcome?.kind === "ended" && outcome.result.seed)).toEqual([
            1, 1, 1, 2, 2, 2,
          ]);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("a failed run does not stop the others; after a signal no further run begins", async () => {
    const { runs } = planOfRates([0.1, 0.2, 0.3, 0.4], 1);
    const controller = new AbortController();
    let count = 0;
    const launch: RunLauncher = async (_, __, signal) => {
      count += 1;
      if (count === 1) throw new InputError("it is another's");
      if (count === 2) throw new TypeError("a mistake");
      controller.abort("SIGINT");
      return signal.aborted ? { kind: "interrupted" } : ended();
    };
    const { signal } = controller;
    const outcomes = await runAll(runs, { out: "nowhere", parallel: 1, signal, launch, checksum: null });
    expect(outcomes).toEqual([
      { kind: "failed", message: "it is another's", exitCode: 2 },
      { kind: "failed", message: "internal error: a mistake", exitCode: 1 },
      { kind: "interrupted" },
      null,
    ]);
  });

  test("what follows a training is done for runs that ended and did not diverge; its failure is the run's", async () => {
    const { runs } = planOfRates([0.1, 0.2, 0.3, 0.4], 1);
    const outcomes = [ended(), ended({ reason: "diverged" }), { kind: "interrupted" } as const, ended()];
    let count = 0;
    const launch: RunLauncher = async () => outcomes[count++]!;
    const followed: string[] = [];
    const whenTrained = async ({ name }: { readonly name: string }): Promise<void> => {
      followed.push(name);
      if (name === runs[3]!.name) throw new InputError("it cannot be measured");
    };
    const { signal } = new AbortController();
    const place = { out: "nowhere", parallel: 1, signal, checksum: null };
    expect(await runAll(runs, { ...place, launch, whenTrained })).toEqual([
      ...outcomes.slice(0, 3),
      { kind: "failed", message: "it cannot be measured", exitCode: 2 },
    ]);
    expect(followed).toEqual([runs[0]!.name, runs[3]!.name]);
  });

  test("a folder with another run, a run on other data, or a link is not changed", async () => {
    const [out, elsewhere] = [freshOut(), freshOut()];
    const { runs } = planOfRates([0.1, 0.2, 0.3], 1);
    const config = (name: string, settings: object, dataChecksum: string | null): void => {
      mkdirSync(join(out, name), { recursive: true });
      const identity = {
        settings: { ...runs[0]!.settings, ...settings },
        environment: currentEnvironment(1),
        dataChecksum,
      };
      writeFileSync(join(out, name, "config.json"), configText(identity));
    };
    config(runs[0]!.name, { budget: 7 }, null);
    config(runs[1]!.name, runs[1]!.settings, "other");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, join(out, runs[2]!.name));
    writeFileSync(join(elsewhere, "config.json"), "{}");
    const launch: RunLauncher = () => Promise.reject(new Error("it must not be launched"));
    const signal = new AbortController().signal;
    const outcomes = await runAll(runs, { out, parallel: 3, signal, launch, checksum: "own" });
    expect(outcomes.map((outcome) => outcome?.kind === "failed" && outcome.message)).toEqual([
      expect.stringMatching(/holds a run of other settings; choose another --out$/),
      expect.stringMatching(/holds a run on other data; choose another --out$/),
      expect.stringMatching(/must be a folder, and no symbolic link$/),
    ]);
  });
});

describe("results", () => {
  const errors = (validationError: number | null, more: Partial<RunResult> = {}): RunOutcome =>
    ended({ validationError, testError: 0.25, bestTestError: 0.2, ...more });
  const diverged = errors(null, { reason: "non-finite", testError: null, trainLoss: null });

  test("configurations in the order of their means; those with missing seeds and those that diverged come last", () => {
    const plan = planOfRates([1, 2, 3, 4, 5], 2);
    // Seed 1 of each rate, then seed 2.
    const first = [errors(0.3), errors(0.1), errors(0.01), diverged, errors(0.2)];
    const second = [errors(0.1), errors(0.15), null, errors(0.01), errors(0.1)];
    const result = sweepResult(plan, [...first, ...second]);
    expect(result.ranked.map(({ configuration, status }) => [configuration.label, status])).toEqual([
      ...[
        ["learningRate=2", "complete"],
        ["learningRate=5", "complete"],
        ["learningRate=1", "complete"],
      ],
      ...[
        ["learningRate=3", "incomplete"],
        ["learningRate=4", "diverged"],
      ],
    ]);
    expect(result.best?.summary.validation).toEqual({
      mean: 0.125,
      sd: expect.closeTo(0.05 / Math.SQRT2, 12),
      n: 2,
    });
    // 0.15 − 0.125; variances 0.05²/2 and 0.1²/2 of two runs each.
    const standardError = Math.sqrt((0.05 ** 2 / 2 + 0.1 ** 2 / 2) / 2);
    expect(result.difference?.estimate).toBeCloseTo(0.025, 12);
    expect(result.difference?.judged?.standardError).toBeCloseTo(standardError, 12);
    const { head, rows } = resultRows(result);
    expect(head.slice(0, 3)).toEqual(["learningRate", "seeds", "validation error %"]);
    expect(rows[0]).toEqual(["2", "2", "12.50 ± 3.54", "20.00 ± 0.00", "25.00 ± 0.00", "0.0500 ± 0.0000"]);
    expect(rows.map((row) => row[1])).toEqual(["2", "2", "2", "1 of 2", "2 (1 diverged)"]);
    expect(sentencesOf(result)).toEqual([
      "Lowest validation error: learningRate=2 with 12.50 %; its test error is 25.00 %, 20.00 % at the evaluation with the best validation error.",
      expect.stringMatching(/^It was chosen among 3 configurations by validation error, .*the test error had no part/),
      "Second: learningRate=5 with 15.00 % (not distinguishable with 2 seeds: 2.50 ± 5.59 points; the smallest difference that could have been seen is ±41.08 points).",
      "± is the standard error of the difference.",
      "Diverged with some seed, and no candidates for the best: learningRate=4.",
      "Not trained with every seed, and no candidates for the best: 1 configuration.",
    ]);
  });

  test("a difference that is seen is reported; one seed allows no judgement", () => {
    const clear = sweepResult(planOfRates([1, 2], 2), [errors(0.1), errors(0.3), errors(0.11), errors(0.31)]);
    expect(sentencesOf(clear)[2]).toMatch(/\(higher by 20\.00 ± 0\.71 points\)\.$/);
    const single = sweepResult(planOfRates([1, 2], 1), [errors(0.1), errors(0.3)]);
    expect(sentencesOf(single)[2]).toMatch(/^Second: learningRate=2 with 30\.00 %\.$/);
    expect(sentencesOf(single)[3]).toMatch(/^One seed says nothing about the spread/);
  });

  test("without validation the training loss decides", () => {
    const loss = (trainLoss: number) => errors(null, { trainLoss, bestTestError: null });
    const result = sweepResult(planOfRates([1, 2], 1, 0), [loss(0.5), loss(0.25)]);
    expect(result.criterion.key).toBe("trainLoss");
    expect(sentencesOf(result)[0]).toBe("Lowest training loss: learningRate=2 with 0.2500; its test error is 25.00 %.");
  });

  test("without a complete configuration there is no best", () => {
    const result = sweepResult(planOfRates([1], 2), [errors(0.1), { kind: "failed", message: "no", exitCode: 2 }]);
    expect(result).toMatchObject({
      best: null,
      second: null,
      difference: null,
      failed: [{ message: "no", exitCode: 2 }],
    });
    expect(sentencesOf(result)).toEqual([
      "No configuration has ended with every seed, so that none is the best.",
      "Not trained with every seed, and no candidates for the best: 1 configuration.",
      "1 run failed.",
    ]);
  });
});

describe("the command with runs that are not trained", () => {
  const file = join(freshOut(), "sweep.yaml");

  async function sweep(launch: RunLauncher, options: SweepCommand, signal = new AbortController().signal) {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(
      file,
      `network: small-mnistfc\nbudget: 1\nseeds: 1\noptimizer: sgd\ndata: ${dataFolder()}\n` +
        "set: { batchSize: 50, validation: 100 }\nparameters: { learningRate: [0.1, 0.2] }\n",
    );
    const { context, written } = inMemory({ signal });
    return { code: await sweepCommand(file, options, context, launch), ...written };
  }

  const failing = (...codes: number[]): RunLauncher => {
    let at = 0;
    return async () => {
      const exitCode = codes[at++] ?? 0;
      return exitCode === 0 ? ended() : { kind: "failed", message: `because of ${exitCode}\u001b[2J`, exitCode };
    };
  };

  test.each([
    [[0, 0], 0],
    [[2, 0], 2],
    [[2, 1], 1],
  ])("runs that fail with %j give the exit code %d, and the others their results", async (codes, code) => {
    const out = freshOut();
    const found = await sweep(failing(...codes), { out, parallel: 1, json: true });
    expect(found.code).toBe(code);
    const { configurations, failed } = JSON.parse(found.stdout);
    const numFailed = codes.filter((own) => own > 0).length;
    expect(failed).toHaveLength(numFailed);
    expect(configurations.flatMap(({ runs }: { runs: unknown[] }) => runs)).toHaveLength(2 - numFailed);
    expect(found.stderr.includes(`${numFailed} of 2 runs failed`)).toBe(numFailed > 0);
    for (const own of codes.filter((each) => each > 0))
      expect(found.stderr).toContain(`: failed: because of ${own}\\x1b[2J`);
    // Numbers are written in any case, a report where there is something to report.
    expect(existsSync(join(out, "sweep.json"))).toBe(true);
    expect(existsSync(join(out, "report.html"))).toBe(numFailed < 2);
  });

  test("divergence is a result, and the exit code if there is no other result", async () => {
    const outcome = { reason: "non-finite", validationError: null, testError: null, trainLoss: null } as const;
    let count = 0;
    const some = await sweep(async () => ended(count++ === 0 ? outcome : {}), { out: freshOut(), parallel: 1 });
    expect(some.code).toBe(0);
    expect(some.stderr).toMatch(/\[1\/2\] sgd-\w+-1: diverged at gradient 80 \(80 s\)/);
    const out = freshOut();
    const all = await sweep(async () => ended(outcome), { out, parallel: 1 });
    expect(all.code).toBe(3);
    expect(all.stdout).toMatch(/No configuration has ended with every seed/);
    expect(readFileSync(join(out, "report.html"), "utf8")).not.toMatch(/NaN|undefined|Infinity/);
  });

  test.each([["SIGINT", 130] as const, ["SIGTERM", 143] as const])(
    "after %s the exit code is %d",
    async (reason, code) => {
      const controller = new AbortController();
      const launch: RunLauncher = async (_, __, signal) => {
        const outcome = ended();
        controller.abort(reason);
        return signal.aborted ? outcome : { kind: "interrupted" };
      };
      const found = await sweep(launch, { out: freshOut(), parallel: 1, json: true }, controller.signal);
      expect(found.code).toBe(code);
      expect(JSON.parse(found.stdout)).toMatchObject({ interrupted: true, best: "learningRate=0.1" });
      expect(found.stderr).toMatch(/What is done is kept: the same command goes on\n$/);
    },
  );
});
