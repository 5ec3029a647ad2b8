/** Runs that are replicas of one another, on a small network. */
import { type AnyState, entropySgd, meanInto, type Optimizer, parleReplica, presets } from "entropy-sgd";
import {
  type CheckpointEvent,
  compileNetwork,
  type EndEvent,
  type EvaluationEvent,
  Interruption,
  type Replica,
  type ResumePoint,
  type SharedMean,
  type TrainableModel,
  type TrainEvent,
  type TrainOptions,
  train,
  type WarningEvent,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { afterAll, expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

const data = tinyData({ train: 1000, validation: 100, test: 100 });
const models: TrainableModel[] = [];
afterAll(async () => {
  for (const model of models) await model.close();
});

const rates = { ...presets.lua, innerSteps: 5, innerLearningRate: 0.05, scope: 1e-2, learningRate: 0.7, seed: 4 };
const options = { budget: 1, seed: 3, checkpoints: { gradients: 1000, minutes: null, best: 0 } } as const;

async function trained(optimizer: Optimizer<AnyState>, own: Omit<TrainOptions, "budget">) {
  const model = await compileNetwork(tinyNetwork, {
    ...{ platform: nodePlatform, batchSize: 50, dropout: 0.25, threads: 1 },
  });
  models.push(model);
  const events: TrainEvent[] = [];
  for await (const event of train(model, data, optimizer, { ...options, ...own })) events.push(event);
  const of = <E extends TrainEvent>(type: E["type"]): E[] => events.filter((event): event is E => event.type === type);
  const losses = events.flatMap((event) => (event.type === "gradient" ? [event.batchLoss] : []));
  const { snapshot } = of<CheckpointEvent>("checkpoint").at(-1)!;
  const { result } = of<EndEvent>("end")[0]!;
  const warnings = of<WarningEvent>("warning").map(({ message }) => message);
  const evaluations = of<EvaluationEvent>("evaluation");
  return { losses, evaluations, warnings, snapshot: structuredClone(snapshot), result };
}

const replica = (index: number, coupling = 1) =>
  parleReplica({ ...rates, replica: index, coupling }) as unknown as Optimizer<AnyState>;

/** A run of one replica. */
const withItself: Replica["exchange"] = async (mean) => ({ mean, missing: [] });

/** Means over replicas that come one after another and wait for the last. */
function meeting(count: number, atStep: (outerStep: number) => void = () => {}) {
  let vectors: Float32Array[] = [];
  let release: (shared: SharedMean) => void = () => {};
  let mean = new Promise<SharedMean>((resolve) => (release = resolve));
  return (index: number): Replica => ({
    index,
    exchange(z, outerStep) {
      atStep(outerStep);
      vectors[index] = z;
      const own = mean;
      if (Object.keys(vectors).length === count) {
        release({ mean: meanInto(new Float32Array(z.length), vectors), missing: [] });
        vectors = [];
        mean = new Promise((resolve) => (release = resolve));
      }
      return own;
    },
  });
}

test("a replica that shares with nobody and is not pulled trains as Entropy-SGD, bit for bit", async () => {
  const plain = await trained(entropySgd(rates) as unknown as Optimizer<AnyState>, {});
  const alone = { index: 0, exchange: withItself };
  const one = await trained(replica(0, 0), { replica: alone });
  expect(one.losses).toEqual(plain.losses);
  expect(one.snapshot.params).toEqual(plain.snapshot.params);
});

test("replicas share weights at the start and the evaluation point, not batches, masks and noise", async () => {
  const steps: number[] = [];
  const join = meeting(2, (step) => steps.push(step));
  const [one, other] = await Promise.all([0, 1].map((index) => trained(replica(index), { replica: join(index) })));
  expect(steps).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(one!.evaluations.map(({ params }) => params)).toEqual(other!.evaluations.map(({ params }) => params));
  expect(one!.losses[0]).not.toBe(other!.losses[0]);
  expect(one!.result.testError).toBeLessThan(0.2);
});

test("a run that a signal ends in an exchange goes on with it, with the bits of one that was not ended", async () => {
  const absent = [
    { replica: 1, why: "silent", secondsAgo: 4.2 },
    { replica: 2, why: "ended", secondsAgo: 600 },
  ] as const;
  // The mean is a function of z and the step, as if others were there.
  const exchange: Replica["exchange"] = async (z, outerStep) => ({
    mean: z.map((value) => value * (1 - 0.01 * outerStep)),
    missing: outerStep === 1 ? absent : [],
  });
  const whole = await trained(replica(0), { replica: { index: 0, exchange } });
  const who = "replica-2 (does not answer, last heard of 4 s ago), replica-3 (has ended)";
  const back = "the mean lacks nobody any more: replica-2, replica-3 are in it";
  expect(whole.warnings).toEqual([`the mean lacks ${who}; the others go on`, back]);
  for (const at of [1, 3]) {
    const controller = new AbortController();
    const first = await trained(replica(0), {
      signal: controller.signal,
      replica: {
        index: 0,
        async exchange(z, outerStep, signal) {
          if (outerStep < at) return exchange(z, outerStep, signal);
          controller.abort();
          throw new Interruption("interrupted");
        },
      },
    });
    expect(first.result).toMatchObject({ reason: "interrupted", gradientEvaluations: 5 * (at + 1) });
    const resume: ResumePoint = first.snapshot;
    const rest = await trained(replica(0), { replica: { index: 0, exchange }, resume });
    expect(rest.snapshot.params).toEqual(whole.snapshot.params);
    // A mean that lacked others is told and counted, also where it was before the signal.
    expect([whole, rest].map(({ result }) => result.incompleteMeans)).toEqual([1, 1]);
    expect([...first.warnings, ...rest.warnings]).toEqual(whole.warnings);
    expect([...first.evaluations, ...rest.evaluations]).toHaveLength(whole.evaluations.length);
  }
});

test("one that is in the mean again is told when it was told as missing, once", async () => {
  const [second, third] = [1, 2].map((number) => ({ replica: number, why: "silent", secondsAgo: null }) as const);
  const missing = [[], [second!, third!], [third!], []];
  const exchange: Replica["exchange"] = async (mean, outerStep) => ({ mean, missing: missing[outerStep]! });
  const { warnings, result } = await trained(replica(0), { replica: { index: 0, exchange } });
  expect(warnings).toEqual([
    "the mean lacks replica-2 (does not answer), replica-3 (does not answer); the others go on",
    "the mean lacks replica-3 (does not answer), no longer replica-2; the others go on",
    "the mean lacks nobody any more: replica-3 is in it",
  ]);
  expect(result.incompleteMeans).toBe(2);
});

test.each([
  [replica(0), {}, "train: replica must be given with an optimizer that is one of several replicas"],
  [entropySgd(rates), { replica: { index: 0, exchange: withItself } }, "and with no other"],
  [replica(0), { replica: { index: -1, exchange: withItself } }, "replica.index must be an integer"],
] as const)("replicas need an optimizer with them, and the reverse (%#)", async (optimizer, own, message) => {
  await expect(trained(optimizer as unknown as Optimizer<AnyState>, own)).rejects.toThrow(message);
});
