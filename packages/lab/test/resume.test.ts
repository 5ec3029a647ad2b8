/** A run that is interrupted anywhere and goes on from disk ends with the bits of one that was not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  compileNetwork,
  type EvaluationEvent,
  type OuterEvent,
  planOf,
  type ResumePoint,
  type RunResult,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { tinyData, tinyNetwork } from "../../training/test/tinyTask.ts";
import { makeOptimizer } from "../src/runner/makeOptimizer.ts";
import { type RunIdentity, readCheckpoint, writeCheckpoint } from "../src/runs/checkpointFormat.ts";
import { currentEnvironment } from "../src/runs/environment.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";

const root = mkdtempSync(join(tmpdir(), "resume-"));
afterAll(() => rmSync(root, { recursive: true }));

// 10 gradients an epoch, boundaries every 4: evaluations at 12, 20, 32 (the first boundary after each epoch) and 36.
const data = tinyData({ train: 500, validation: 100, test: 100 });
const innerSteps = 4;
const budget = 3.4;
const totalGradients = 36;

interface Variant {
  readonly optimizer: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly sampling?: string;
  /** With more than one, another thread draws the noise ahead. */
  readonly threads?: number;
}

const entropy = ["innerSteps=4", "scope=geometricScope(1e-2, 1e-2)", "innerLearningRate=0.05", "noise=1e-2"];
const variants: Variant[] = [
  ...["paper", "lua", "pytorch"].map((preset) => ({ optimizer: "entropy-sgd", preset, set: entropy })),
  { optimizer: "entropy-sgd", preset: "lua", set: entropy, threads: 2 },
  { optimizer: "entropy-sgd", preset: "lua", set: [...entropy, "adaptive=inner", "momentum=0"] },
  { optimizer: "entropy-adam", preset: "paper", set: entropy },
  { optimizer: "entropy-adam", preset: "lua", set: [...entropy, "adaptive=both", "weightDecay=1e-3"] },
  { optimizer: "sgd" },
  { optimizer: "sgd", sampling: "permutation", set: ["weightDecay=1e-3", "decayBiases=false"] },
  { optimizer: "adam" },
  { optimizer: "adamw", set: ["weightDecay=1e-2"] },
  { optimizer: "sgld", set: ["noise=1e-2"] },
  { optimizer: "sam" },
  { optimizer: "swa", set: ["averageFrom=10", "averageEvery=3"] },
];

/** What a leg of a run has come to. */
interface Leg {
  readonly outers: OuterEvent[];
  readonly evaluations: { gradients: number; testLoss: number; params: number[] }[];
  /** Absent after a kill. */
  readonly result?: RunResult;
}

function settingsOf({ optimizer, preset, set = [], sampling }: Variant) {
  const named = { network: "small-mnistfc", optimizer, preset, sampling };
  return resolveSettings({ ...named, budget, seed: 7, innerSteps, set: [...set, "batchSize=50"] });
}

let numCheckpoints = 0;

/** Where a leg stops: by a signal, or killed after a checkpoint that was due. */
interface Stop {
  readonly after: number;
  readonly how: "signal" | "kill";
}

/** Trains from a point to a stop or the end, and gives what was read back from the checkpoint on disk. */
async function leg(variant: Variant, from?: ResumePoint, stop?: Stop): Promise<Leg & { point?: ResumePoint }> {
  const settings = settingsOf(variant);
  const model = await compileNetwork(tinyNetwork, {
    platform: nodePlatform,
    batchSize: 50,
    dropout: 0.25,
    threads: variant.threads ?? 1,
  });
  const plan = planOf(data.train.numExamples, 50, innerSteps, budget);
  expect(plan.totalGradients).toBe(totalGradients);
  const optimizer = makeOptimizer(settings, plan, model.layout);
  const controller = new AbortController();
  const outers: OuterEvent[] = [];
  const evaluations: Leg["evaluations"] = [];
  const { seed, sampling } = settings;
  const options = {
    budget,
    seed,
    boundaryEvery: innerSteps,
    sampling,
    signal: controller.signal,
    ...(from && { resume: from }),
  };
  let point: ResumePoint | undefined;
  let result: RunResult | undefined;
  for await (const event of train(model, data, optimizer, {
    ...options,
    checkpoints: { gradients: stop?.how === "kill" ? stop.after : null, minutes: 1e9, best: 0 },
  })) {
    if (event.type === "gradient" && stop?.how === "signal" && event.gradients === stop.after) controller.abort();
    if (event.type === "outer") outers.push(event);
    if (event.type === "evaluation") evaluations.push(evaluated(event));
    if (event.type === "end") result = event.result;
    if (event.type !== "checkpoint") continue;
    const path = join(root, String(numCheckpoints++).padStart(3, "0"));
    const identity: RunIdentity = { settings, environment: currentEnvironment(1), dataChecksum: null };
    writeCheckpoint(path, { ...identity, rollbacks: 0, snapshot: event.snapshot, events: [new Uint8Array(3)] }, model);
    point = readCheckpoint(path).point;
    if (stop?.how === "kill") break;
  }
  await model.close();
  return { outers, evaluations, ...(result && { result }), ...(point && { point }) };
}

function evaluated({ gradients, testLoss, params }: EvaluationEvent): Leg["evaluations"][number] {
  return { gradients, testLoss, params: [...params] };
}

const withoutTimes = ({ seconds: _, msPerGradient: __, ...result }: RunResult) => result;

describe("a resumed run equals the run without interruption", () => {
  test.each(variants)("$optimizer $preset $sampling $threads $set", async (variant) => {
    const whole = await leg(variant);
    expect(whole.evaluations.map(({ gradients }) => gradients)).toEqual([12, 20, 32, 36]);
    const anywhere = fc.record({
      after: fc.integer({ min: 1, max: totalGradients }),
      how: fc.constantFrom("signal" as const, "kill" as const),
    });
    const stops = fc.uniqueArray(anywhere, { minLength: 1, maxLength: 2, selector: ({ after }) => after });
    const last = [{ after: totalGradients, how: "kill" as const }];
    const beforeEvaluations = [12, totalGradients].map((after) => ({ after, how: "signal" as const }));
    await fc.assert(
      fc.asyncProperty(stops, async (unsorted) => {
        const parts: Leg[] = [];
        let point: ResumePoint | undefined;
        for (const stop of [...unsorted.sort((a, b) => a.after - b.after), undefined]) {
          const part = await leg(variant, point, stop);
          if (stop?.how === "signal") {
            expect(part.result).toMatchObject({ interrupted: true, gradientEvaluations: stop.after });
          }
          parts.push(part);
          point = part.point;
        }
        expect(parts.flatMap(({ outers }) => outers)).toEqual(whole.outers);
        expect(parts.flatMap(({ evaluations }) => evaluations)).toEqual(whole.evaluations);
        expect(withoutTimes(parts.at(-1)!.result!)).toEqual(withoutTimes(whole.result!));
      }),
      { numRuns: 6, seed: 6, examples: [[last], [beforeEvaluations]] },
    );
  });
});
