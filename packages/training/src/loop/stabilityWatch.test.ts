import { expect, test } from "vitest";
import { type StabilityState, stabilityWatch } from "./stabilityWatch.ts";

const ten = { guess: { loss: Math.log(10), whose: "a uniform guess's" }, hasInnerLoop: true };

/** The warnings over blocks of 20 gradients with these mean losses, by the number of the block. */
function warningsOf(losses: readonly number[], run = ten): [block: number, message: string][] {
  const watch = stabilityWatch(run);
  return losses.flatMap((loss, i) => {
    const message = watch.observe(loss, 20);
    return message === null ? [] : [[i + 1, message] as [number, string]];
  });
}

test("falling and noisy losses are no warning", () => {
  expect(warningsOf([1.6, 0.66, 0.45, 0.43, 0.38, 0.56, 0.33, 0.37, 0.34, 0.3, 0.52, 0.52, 0.5, 0.5, 0.52])).toEqual(
    [],
  );
});

test("a loss that stays above its lowest by a tenth of log 10 for five blocks is a warning, once", () => {
  // 1.46 + 0.230 is 1.69: blocks 4 to 8 are above it.
  const losses = [2.27, 1.93, 1.46, 1.72, 1.77, 2.07, 1.91, 1.75, 1.77, 1.8, 1.76];
  expect(warningsOf(losses)).toEqual([
    [
      8,
      "training is unstable: for 100 gradients the mini-batch loss, now 1.75, has stayed above its lowest so far, 1.46; " +
        "try a smaller innerLearningRate, then learningRate",
    ],
  ]);
  // One block below begins the count again.
  expect(warningsOf([...losses.slice(0, 7), 1.5, ...losses.slice(3, 7)])).toEqual([]);
});

test("at the start the loss is compared with a uniform guess's, and not with its own first", () => {
  const [[block, message]] = warningsOf([30, 54, 62, 64, 66], { ...ten, hasInnerLoop: false }) as [[number, string]];
  expect(block).toBe(5);
  expect(message).toMatch(/now 66.0, has stayed above a uniform guess's, 2.30; try a smaller learningRate$/);
});

test("a loss that has not fallen after ten blocks is a warning", () => {
  const [[block, message]] = warningsOf(Array.from({ length: 20 }, () => 2.3)) as [[number, string]];
  expect(block).toBe(10);
  expect(message).toMatch(
    /^training makes no progress: after 200 gradients the mini-batch loss is 2.30, a uniform guess's 2.30; /,
  );
  expect(warningsOf([2.3, 2.1, ...Array.from({ length: 20 }, () => 2.3)])).toEqual([]);
});

test("short inner loops are put together into blocks", () => {
  const watch = stabilityWatch(ten);
  const told = Array.from({ length: 200 }, () => watch.observe(2.3, 1)).map((message) => message !== null);
  expect(told.indexOf(true)).toBe(199);
  expect(told.filter(Boolean)).toHaveLength(1);
});

test("resumed from a saved state it warns as without the interruption", () => {
  const losses = [2.27, 1.93, 1.46, 1.72, 1.77, 2.07, 1.91, 1.75, 1.77, 1.8, 1.76].flatMap((loss) => [loss, loss]);
  for (let stop = 0; stop < losses.length; stop++) {
    const first = stabilityWatch(ten);
    let saved: StabilityState = first.state();
    let second = first;
    const told = losses.map((loss, i) => {
      if (i === stop) {
        saved = JSON.parse(JSON.stringify(second.state())) as StabilityState;
        second = stabilityWatch(ten, saved);
      }
      return second.observe(loss, 10) !== null;
    });
    expect(told.map((isTold, i) => (isTold ? i : -1)).filter((i) => i >= 0)).toEqual([15]);
  }
});
