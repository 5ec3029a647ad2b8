/** Losses and metrics of the tasks against closed forms and plain loops. */
import { constant, evaluate, gradients, hvp, input, meanSquaredError, mul, reduceMean, sizeOf, sub } from "onnx-grad";
import { describe, expect, test } from "vitest";
import { arraySplit } from "../data/arraySplit.ts";
import { targetSplit } from "../data/targetSplit.ts";
import { areaUnderCurve } from "./areaUnderCurve.ts";
import { binary } from "./binary.ts";
import { classification } from "./classification.ts";
import { lossTask } from "./lossTask.ts";
import { multilabel } from "./multilabel.ts";
import { regression } from "./regression.ts";
import { sequence } from "./sequence.ts";
import type { Scores, Targets, Task } from "./task.ts";
import { tasks } from "./tasks.ts";

/** The scores of examples that come in batches of two. */
function scoresOf(task: Task, outputShape: readonly number[], outputs: readonly number[], targets: Targets): Scores {
  const { add, scores } = task.scorer(outputShape);
  const [size, targetSize] = [sizeOf(outputShape), sizeOf(task.targetsOf(outputShape).shape)];
  const numExamples = outputs.length / size;
  for (let start = 0; start < numExamples; start += 2) {
    const count = Math.min(2, numExamples - start);
    const own = Float32Array.from(outputs.slice(start * size));
    add(own, targets.slice(start * targetSize), count);
  }
  return scores();
}

/** Loss of one batch, its gradient in the outputs, and the Hessian times ones. */
function derivatives(task: Task, shape: readonly number[], outputs: readonly number[], targets: ArrayLike<number>) {
  const batch = outputs.length / sizeOf(shape);
  const { dtype, shape: targetShape } = task.targetsOf(shape);
  const y = input("y", [batch, ...shape]);
  const v = input("v", [batch, ...shape]);
  const loss = task.loss(y, input("t", [batch, ...targetShape], dtype));
  const feeds = { y: outputs, t: targets, v: outputs.map(() => 1) };
  const [value, slope, product] = evaluate([loss, ...gradients(loss, [y]), ...hvp(loss, [y], [v])], feeds);
  return { loss: value![0]!, slope: [...slope!], product: [...product!] };
}

test.each(Object.entries(tasks))(
  "%s is registered under its name, and its primary metric is one of its own",
  (name, make) => {
    const task = make();
    expect(task.name).toBe(name);
    expect(Object.keys(task.metrics)).toContain(task.primary);
  },
);

describe("classification", () => {
  const logits = [0, Math.log(3), 1, -1, 2, 0];
  const labels = Int32Array.of(1, 2);
  // log softmax by its definition.
  const logs = [logits.slice(0, 3), logits.slice(3)].map((row) => {
    const sum = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => x - Math.log(sum));
  });

  test.each([
    [{}, [1, 1, 1], 0],
    [{ labelSmoothing: 0.3 }, [1, 1, 1], 0.3],
    [{ classWeights: [1, 2, 5] }, [1, 2, 5], 0],
    [{ classWeights: [1, 2, 5], labelSmoothing: 0.1 }, [1, 2, 5], 0.1],
  ])("with %o the loss is the batch mean of the weighted cross-entropy with the smoothed label", (options, w, s) => {
    const losses = logs.map((row, i) => {
      const label = labels[i]!;
      const crossEntropy = row.reduce((sum, log, c) => sum - ((c === label ? 1 - s : 0) + s / 3) * log, 0);
      return w[label]! * crossEntropy;
    });
    const expected = (losses[0]! + losses[1]!) / 2;
    const task = classification(options);
    expect(derivatives(task, [3], logits, labels).loss).toBeCloseTo(expected, 12);
    expect(scoresOf(task, [3], logits, labels).loss).toBeCloseTo(expected, 6);
  });

  test("metrics: the first of the largest answers, and a label is within five if fewer than five come before it", () => {
    const rows = [
      [6, 5, 4, 3, 2, 1, 0],
      [6, 5, 4, 3, 2, 1, 0],
      [1, 1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 1],
    ];
    const { metrics, tables } = scoresOf(classification(), [7], rows.flat(), Int32Array.of(4, 5, 0, 5));
    expect(metrics).toEqual({ error: 3 / 4, top5Error: 2 / 4 });
    const counts = tables!.confusion!.map((row) => row[0]);
    expect(counts).toEqual([1, 0, 0, 0, 1, 2, 0]);
    expect(tables!.confusion!.flat().reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  test("logits that are no numbers are wrong answers, also among five", () => {
    const logits = [Number.NaN, ...Array.from({ length: 6 }, () => 0)];
    expect(scoresOf(classification(), [7], logits, Int32Array.of(0)).metrics).toEqual({ error: 1, top5Error: 1 });
  });

  test("a guess costs log of the classes, times the mean weight of the labels", () => {
    const split = arraySplit({ inputs: new Float32Array(4), labels: [0, 0, 0, 1], inputShape: [1], numClasses: 2 });
    expect(classification().guess([2], split)!.loss).toBe(Math.log(2));
    expect(classification({ classWeights: [1, 5] }).guess([2], split)!.loss).toBeCloseTo(2 * Math.log(2), 12);
  });
});

describe("binary and multilabel", () => {
  test("the loss is exact at logits of ±10,000, and so are its derivatives", () => {
    for (const task of [binary(), multilabel()]) {
      const { loss, slope, product } = derivatives(task, [2], [1e4, -1e4, 1e4, -1e4, 0, 0], [1, 0, 0, 1, 1, 0.25]);
      expect(loss).toBeCloseTo((2e4 + 2 * Math.log(2)) / 6, 8);
      // (σ(y) − t)/6 and σ(1 − σ)/6.
      expect(slope.map((x) => 6 * x)).toEqual([0, 0, 1, -1, -0.5, 0.25].map((x) => expect.closeTo(x, 12)));
      expect(product.map((x) => 6 * x)).toEqual([0, 0, 0, 0, 0.25, 0.25].map((x) => expect.closeTo(x, 12)));
    }
  });

  test("error counts elements on the wrong side of 0; the areas of labels are averaged, those of one kind left out", () => {
    // Labels in columns: the first ranks all pairs right, the second one and a half of its two, the third has positives only.
    const outputs = [2, 1, 1, -1, 1, 1, 3, -2, 0];
    const targets = Float32Array.of(1, 0, 1, 0, 1, 1, 1, 0, 1);
    const { metrics } = scoresOf(multilabel(), [3], outputs, targets);
    // Wrong: 1 for 0, and 0 for 1.
    expect(metrics.error).toBeCloseTo(2 / 9, 12);
    expect(metrics.auc).toBeCloseTo((1 + 0.75) / 2, 12);
    expect(scoresOf(multilabel(), [1], [1, 2], Float32Array.of(1, 1)).metrics.auc).toBeNull();
  });

  test("classes 0 and 1 are targets of a single output", () => {
    const { metrics, loss } = scoresOf(binary(), [1], [-1, 1, 2], Float32Array.of(0, 0, 1));
    expect(metrics).toEqual({ error: 1 / 3, auc: 1 });
    const losses = [Math.log(1 + Math.exp(-1)), Math.log(1 + Math.exp(1)), Math.log(1 + Math.exp(-2))];
    expect(loss).toBeCloseTo((losses[0]! + losses[1]! + losses[2]!) / 3, 12);
  });
});

test("the area under the curve is the share of pairs in the right order, ties counting half", () => {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (const numScores of [2, 5, 30, 1000]) {
    // Steps of 1/10: many ties.
    const scores = Float64Array.from({ length: 60 }, () => Math.floor(numScores * next()) / 10);
    const positive = Array.from(scores, (_, i) => i % 3 === 0);
    let [sum, pairs] = [0, 0];
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < 60; j++) {
        if (!positive[i] || positive[j]) continue;
        pairs += 1;
        sum += scores[i]! > scores[j]! ? 1 : scores[i]! === scores[j]! ? 0.5 : 0;
      }
    }
    expect(areaUnderCurve(scores, (i) => positive[i]!)).toBeCloseTo(sum / pairs, 12);
  }
  expect(areaUnderCurve([1, 2], () => false)).toBeNull();
  expect(areaUnderCurve([1, Number.NaN], (i) => i === 0)).toBeNull();
});

describe("regression", () => {
  const outputs = [1, -2, 0.5, 4];
  const targets = Float32Array.of(0, 0, 0.5, 1);

  test.each([
    ["squared", [1, 4, 0, 9], [2, -4, 0, 6], [2, 2, 2, 2]],
    ["absolute", [1, 2, 0, 3], [1, -1, 0, 1], [0, 0, 0, 0]],
    // δ = 1.5: e²/2, then 1.5(|e| − 0.75).
    ["huber", [0.5, 1.875, 0, 3.375], [1, -1.5, 0, 1.5], [1, 0, 1, 0]],
  ] as const)("%s: value, first and second derivative", (loss, losses, slopes, curvatures) => {
    const task = regression({ loss, delta: 1.5 });
    const found = derivatives(task, [2], outputs, targets);
    expect(found.loss).toBeCloseTo(losses.reduce<number>((sum, x) => sum + x, 0) / 4, 12);
    expect(found.slope.map((x) => 4 * x)).toEqual(slopes.map((x) => expect.closeTo(x, 12)));
    expect(found.product.map((x) => 4 * x)).toEqual(curvatures.map((x) => expect.closeTo(x, 12)));
  });

  test("metrics are those of their definitions, R² a mean over the outputs", () => {
    const { loss, metrics } = scoresOf(regression(), [2], [1, 0, 2, 1, 4, 1], Float32Array.of(1, 10, 2, 20, 3, 30));
    // Column 1: errors 0, 0, 1, deviations 2. Column 2: errors 10, 19, 29, deviations 200.
    expect(loss).toBeCloseTo((1 + 100 + 361 + 841) / 6, 10);
    expect(metrics.rmse).toBeCloseTo(Math.sqrt(1303 / 6), 12);
    expect(metrics.mae).toBeCloseTo(59 / 6, 12);
    expect(metrics.r2).toBeCloseTo((1 - 1 / 2 + 1 - 1302 / 200) / 2, 12);
  });

  test("R² keeps its digits far from 0, and of equal targets it is not defined", () => {
    const far = Float32Array.of(1e6, 1e6 + 1, 1e6 + 2, 1e6 + 3);
    expect(
      scoresOf(
        regression(),
        [1],
        [...far].map((t) => t + 0.5),
        far,
      ).metrics.r2,
    ).toBeCloseTo(1 - 1 / 5, 10);
    const mean = scoresOf(regression(), [1], [1, 1, 1], Float32Array.of(0, 1, 2));
    expect(mean.metrics.r2).toBeCloseTo(0, 12);
    expect(scoresOf(regression(), [1], [1, 2], Float32Array.of(3, 3)).metrics.r2).toBeNull();
  });

  test("the guess is the mean of the training targets: its squared loss is their variance", () => {
    const targets = Float32Array.from({ length: 600 }, (_, i) => i % 7);
    const split = targetSplit({ inputs: new Float32Array(600), targets, inputShape: [1] });
    const mean = targets.reduce((sum, t) => sum + t, 0) / 600;
    const variance = targets.reduce((sum, t) => sum + (t - mean) ** 2, 0) / 600;
    expect(regression().guess([1], split)!.loss).toBeCloseTo(variance, 6);
    expect(
      regression().guess(
        [1],
        targetSplit({ inputs: new Float32Array(2), targets: new Float32Array(2), inputShape: [1] }),
      ),
    ).toBeNull();
  });
});

describe("sequence", () => {
  // Two examples of three steps over a vocabulary of four.
  const logits = Array.from({ length: 24 }, (_, i) => Math.sin(3 * i + 1) + (i % 5) / 2);
  const targets = Int32Array.of(0, 3, 1, 2, 2, 0);
  // Probabilities by the definition of softmax.
  const rows = Array.from({ length: 6 }, (_, row) => {
    const own = logits.slice(4 * row, 4 * row + 4).map(Math.exp);
    const sum = own.reduce((total, x) => total + x, 0);
    return own.map((x) => x / sum);
  });
  const nats = rows.reduce((sum, p, row) => sum - Math.log(p[targets[row]!]!), 0) / 6;

  test("the loss is the mean over all tokens, its gradient (p − target)/tokens, its second derivative p(v − Σ p v)", () => {
    const { loss, slope, product } = derivatives(sequence(), [3, 4], logits, targets);
    expect(loss).toBeCloseTo(nats, 12);
    const expected = rows.flatMap((p, row) => p.map((x, c) => (x - Number(targets[row] === c)) / 6));
    expect(slope).toEqual(expected.map((x) => expect.closeTo(x, 12)));
    // Along ones the softmax does not change.
    expect(product).toEqual(expected.map(() => expect.closeTo(0, 12)));
  });

  test("perplexity is e^loss, over batches of unequal sizes too; error counts tokens", () => {
    const three = [...logits, ...logits.slice(0, 12)];
    const { loss, metrics } = scoresOf(sequence(), [3, 4], three, Int32Array.of(...targets, ...targets.slice(0, 3)));
    const all = [...rows, ...rows.slice(0, 3)];
    const mean = all.reduce((sum, p, row) => sum - Math.log(p[targets[row % 6]!]!), 0) / 9;
    expect(loss).toBeCloseTo(mean, 6);
    expect(metrics.perplexity).toBe(Math.exp(loss));
    const wrong = all.filter((p, row) => p.indexOf(Math.max(...p)) !== targets[row % 6]);
    expect(metrics.error).toBe(wrong.length / 9);
    // Equal logits: as many equally likely tokens as the vocabulary has.
    const uniform = scoresOf(sequence(), [1, 4], [0, 0, 0, 0], Int32Array.of(2));
    expect(uniform.metrics.perplexity).toBeCloseTo(4, 12);
    expect(uniform.loss).toBe(sequence().guess([1, 4], null as never)!.loss);
  });
});

test("a loss of one's own is its own metric", () => {
  const task = lossTask({
    name: "quartic",
    loss: (y, t) => reduceMean(mul(mul(sub(y, t), sub(y, t)), mul(mul(sub(y, t), sub(y, t)), constant(3)))),
  });
  expect(scoresOf(task, [1], [1, 2, 3], Float32Array.of(0, 0, 3))).toEqual({ loss: 17, metrics: { loss: 17 } });
});

test.each([
  [() => classification({ labelSmoothing: 1 }), "classification: labelSmoothing must be in [0, 1), got 1"],
  [
    () => classification({ classWeights: [1, 0] }),
    "classification: classWeights must be positive and finite, got [1, 0]",
  ],
  [
    () => classification({ classWeights: [1] }).targetsOf([2]),
    "classification: classWeights must be 2 numbers, one for each class, got [1]",
  ],
  [() => classification().targetsOf([2, 3]), "classification: outputs must be [classes] for an example, got [2, 3]"],
  [
    () => classification({ smoothing: 1 } as object),
    'classification: unknown option "smoothing"; the options are labelSmoothing, classWeights',
  ],
  [
    () => regression({ loss: "cubic" as "huber" }),
    'regression: loss must be one of squared, absolute, huber, got "cubic"',
  ],
  [() => regression({ delta: 0 }), "regression: delta must be positive and finite, got 0"],
  [() => sequence().targetsOf([4]), "sequence: outputs must be [steps, vocabulary] for an example, got [4]"],
  [() => lossTask({ name: "a", loss: meanSquaredError, target: [] } as never), 'lossTask: unknown option "target"'],
])("a wrong option is refused (%#)", (make, message) => {
  expect(make).toThrow(message);
});
