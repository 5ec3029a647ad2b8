/** When the loop says that a checkpoint is due, and when something is not finite. */
import { sgd } from "entropy-sgd";
import {
  checkpointSchedule,
  compileNetwork,
  type RecordedEvaluation,
  type TrainableModel,
  type TrainEvent,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { tinyData, tinyNetwork } from "../../training/test/tinyTask.ts";
import { evaluationAt } from "./testRecords.ts";

const data = tinyData({ train: 500, validation: 100, test: 100 });
const models: TrainableModel[] = [];
afterAll(async () => {
  for (const model of models) await model.close();
});

async function eventsOf(options: Partial<TrainOptions>, change: (model: TrainableModel) => Partial<TrainableModel>) {
  const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 50, threads: 1 });
  models.push(model);
  const events: TrainEvent[] = [];
  const own = { ...model, ...change(model) };
  for await (const event of train(own, data, sgd({ learningRate: 0.1 }), { budget: 3, boundaryEvery: 5, ...options })) {
    events.push(event);
  }
  return events;
}

/** Gradient number `at` with its first element replaced, the loss as it is. */
const spoiled =
  (at: number, value: number) =>
  (model: TrainableModel): Partial<TrainableModel> => {
    let number = 0;
    return {
      async lossAndGradient(params, out) {
        const loss = await model.lossAndGradient(params, out);
        number += 1;
        if (number === at) out[0] = value;
        return loss;
      },
    };
  };

const named = (events: readonly TrainEvent[], type: TrainEvent["type"]) =>
  events.filter((event) => event.type === type);
const evaluations = (...errors: (number | null)[]): RecordedEvaluation[] =>
  errors.map((validationError, i) => {
    const { params: _, ...numbers } = evaluationAt(i, 0.5, []);
    return { ...numbers, validationError };
  });

describe("checkpoints are due", () => {
  test("every so many gradients, after the events of the same gradient", async () => {
    const events = await eventsOf({ checkpoints: { gradients: 10, minutes: null, best: 0 } }, () => ({}));
    expect(named(events, "checkpoint")).toMatchObject([
      { gradients: 10, reason: "gradients" },
      { gradients: 20, reason: "gradients" },
      { gradients: 30, reason: "gradients" },
    ]);
    const at = events.findIndex(({ type }) => type === "checkpoint");
    expect(events.slice(at - 3, at).map(({ type }) => type)).toEqual(["gradient", "outer", "evaluation"]);
  });

  test("never if they are turned off, not even after a signal", async () => {
    const events = await eventsOf({ signal: AbortSignal.abort("SIGINT") }, () => ({}));
    expect(named(events, "checkpoint")).toEqual([]);
  });

  test("so many minutes after the last one, by a clock that never goes back", () => {
    let time = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => time);
    onTestFinished(() => clock.mockRestore());
    const schedule = checkpointSchedule({ gradients: null, minutes: 2, best: 0 }, 0);
    const at = (minutes: number): unknown => {
      time = 60_000 * minutes;
      return schedule.dueAt(1, null);
    };
    expect([at(1.9), at(2)]).toEqual([null, "minutes"]);
    schedule.taken(1);
    expect([at(3.9), at(4.1)]).toEqual([null, "minutes"]);
  });

  test("at evaluations with one of the k smallest validation errors, an equal one before counting as smaller", () => {
    const due = (best: number, ...errors: (number | null)[]) =>
      checkpointSchedule({ gradients: null, minutes: null, best }, 0).dueAt(9, evaluations(...errors));
    expect(due(1, 0.3)).toBe("best");
    expect(due(1, 0.3, 0.2)).toBe("best");
    expect(due(1, 0.3, 0.3)).toBeNull();
    expect(due(2, 0.3, 0.3)).toBe("best");
    expect(due(2, 0.1, 0.3, 0.2)).toBe("best");
    expect(due(2, 0.1, 0.2, 0.3)).toBeNull();
    expect(due(0, 0.3)).toBeNull();
    expect(due(1, null)).toBeNull();
  });

  test("after a signal if there were gradients since the last one", () => {
    const schedule = checkpointSchedule({ gradients: 5, minutes: null, best: 0 }, 20);
    expect([schedule.isBehind(20), schedule.isBehind(21)]).toEqual([false, true]);
    schedule.taken(21);
    expect(schedule.isBehind(21)).toBe(false);
  });
});

describe("a gradient that is not finite", () => {
  test("ends the run at the next loss, within an outer step", async () => {
    const events = await eventsOf({}, spoiled(7, Number.NaN));
    expect(named(events, "non-finite")).toEqual([
      { type: "non-finite", gradients: 8, what: "batch loss", learningRate: 0.1 },
    ]);
    expect(events.at(-1)).toMatchObject({ type: "end", result: { reason: "non-finite", gradientEvaluations: 8 } });
  });

  test("is detected by its norm if the loss is finite", async () => {
    // The last gradient before an outer event.
    const events = await eventsOf({}, spoiled(5, Number.POSITIVE_INFINITY));
    expect(named(events, "non-finite")).toMatchObject([{ gradients: 5, what: "gradient norm" }]);
  });

  test("never reaches a checkpoint, whose state is checked first", async () => {
    const events = await eventsOf({ checkpoints: { gradients: 1, minutes: null, best: 0 } }, spoiled(7, Number.NaN));
    expect(named(events, "checkpoint").map((event) => "gradients" in event && event.gradients)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(named(events, "non-finite")).toMatchObject([{ gradients: 7, what: "state" }]);
    expect(events.at(-1)).toMatchObject({ type: "end", result: { reason: "non-finite", interrupted: false } });
  });
});
