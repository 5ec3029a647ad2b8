import { expect, test } from "vitest";
import { evaluationAt, outerAt, recordOf } from "../../test/testRecords.ts";
import { scopeNumbers, scopeNumbersHtml } from "./scopeNumbers.ts";

const record = recordOf("entropy-sgd", 1, [0.3, 0.1]);
const outers = [20, 40, 60, 80].map((gradients) => ({
  ...outerAt(gradients),
  ...{ batchLoss: 0.5, scope: gradients / 10, distance: 0.3, localEntropyGradientNorm: 2, gradientNorm: 8 },
}));
const evaluations = [40, 80].map((gradients) => ({ ...evaluationAt(gradients, 0.1, [3, 4]), weightNorm: 5 }));
const options = { ...record.settings.options, innerLearningRate: 0.1, innerSteps: 20, noise: 0.1, noiseForm: "paper" };
const settings = { ...record.settings, options };

test("by hand, at the first and the last evaluation", () => {
  // η'γL = 0.1·4·20 = 8 at gradient 40; 2/8; 0.3/5; T = 0.1²/2 = 0.005 over a loss of 0.5.
  const same = { force: 0.25, distance: 0.06, temperature: 0.005 / 0.5 };
  const expected = [
    { effectiveEpochs: 1, scope: 4, reach: 8, ...same },
    { effectiveEpochs: 2, scope: 8, reach: 16, ...same },
  ];
  const found = scopeNumbers({ ...record, settings, outers, evaluations });
  expect(found).toHaveLength(2);
  for (const [i, numbers] of found.entries())
    for (const [name, value] of Object.entries(expected[i]!))
      expect(numbers, name).toHaveProperty(name, expect.closeTo(value, 12));
});

test("the temperature is ε² in the programs' convention, and its own where it is given", () => {
  const temperature = (own: object): number =>
    scopeNumbers({ ...record, settings: { ...settings, options: { ...options, ...own } }, outers, evaluations })[0]!
      .temperature;
  expect(temperature({ noiseForm: "code" })).toBeCloseTo(0.01 / 0.5, 12);
  expect(temperature({ temperature: 0.25 })).toBeCloseTo(0.5, 12);
});

test("a run of before has no norm of the weights, one without a scope has no numbers", () => {
  const former = evaluations.map(({ weightNorm: _, ...rest }) => rest);
  expect(scopeNumbers({ ...record, settings, outers, evaluations: former })[0]!.distance).toBeNaN();
  expect(scopeNumbersHtml([{ ...record, settings, outers, evaluations: former }])).toContain("<td>–</td>");
  expect(scopeNumbersHtml([recordOf("sgd", 1, [0.3, 0.1])])).toBe("");
});
