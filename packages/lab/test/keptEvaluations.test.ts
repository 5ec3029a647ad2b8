/** Of a long run's evaluations a checkpoint holds some, which say the same as all. */
import {
  checkpointSchedule,
  errorsOf,
  type KeptEvaluation,
  numEvaluations,
  type RecordedEvaluation,
  withEvaluation,
} from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { numbers } from "../../training/test/tinyTask.ts";
import { recordOf } from "./testRecords.ts";

const numBest = 3;
const template = recordOf("sgd", 1, [0.1]).evaluations[0]!;
const next = numbers(11);
/** Errors that fall, as counts of 1,000 examples. */
const all: RecordedEvaluation[] = Array.from({ length: 16_900 }, (_, i) => {
  const error = () => Math.round(1000 / (1 + i / 5000) + 100 * next() - 200 * Number(i > 16_500)) / 1200;
  return { ...template, gradients: i + 1, validationError: error(), testError: error() };
});
const thinnedFrom = (start: readonly KeptEvaluation[], from: number, to: number) =>
  all.slice(from, to).reduce<readonly KeptEvaluation[]>((kept, event) => withEvaluation(kept, event, numBest), start);
// Copies of short lists are not the matter here.
const whole = all.slice(0, 16_384);

describe("evaluations of a long run", () => {
  const kept = thinnedFrom(whole, whole.length, all.length);

  test("are thinned, and all are counted", () => {
    expect(thinnedFrom([], 0, 100)).toEqual(all.slice(0, 100));
    expect(kept.slice(0, whole.length)).toEqual(whole);
    expect(kept.length - whole.length).toBeLessThan(0.6 * (all.length - whole.length));
    expect(numEvaluations(kept)).toBe(all.length);
    expect(kept.slice(-2).map(({ gradients }) => gradients)).toEqual([all.length - 1, all.length]);
  });

  test("determine errors and best checkpoints, also those thinned out", () => {
    expect(errorsOf(kept, false)).toEqual(errorsOf(all, false));
    const schedule = checkpointSchedule({ gradients: null, minutes: null, best: numBest }, 0);
    let some: readonly KeptEvaluation[] = whole;
    const due = [0, 0];
    for (let to = whole.length + 1; to <= all.length; to++) {
      some = withEvaluation(some, all[to - 1]!, numBest);
      const [found, wanted] = [some, all.slice(0, to)].map((list) => schedule.dueAt(to, list));
      expect(found).toBe(wanted);
      due[Number(wanted === "best")]! += 1;
    }
    expect(Math.min(...due)).toBeGreaterThan(3);
  });

  test("are the same in a run that was interrupted, or extended after its last evaluation", () => {
    const half = thinnedFrom(whole, whole.length, 16_601);
    expect(thinnedFrom(JSON.parse(JSON.stringify(half)), 16_601, all.length)).toEqual(kept);
    const withoutLast = thinnedFrom(whole, whole.length, 16_602).slice(0, -1);
    expect(withoutLast.at(-1)).toMatchObject({ gradients: 16_601, number: 16_601 });
    expect(thinnedFrom(withoutLast, 16_601, 16_605)).toEqual(thinnedFrom(whole, whole.length, 16_605));
  });
});
