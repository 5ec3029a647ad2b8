import { describe, expect, test } from "vitest";
import { cubeLocalEntropy, meanEstimate, rankCorrelation } from "../landscape.ts";
import { binaryPerceptron, configurationOf, weightsOf } from "../planted.ts";
import { normalInto, randomKey } from "../random.ts";

const small = { numWeights: 9, numExamples: 6, sharpness: 3, wellDepth: 0.3, seed: 4 };

const isNone = (value: number | undefined): boolean => value === 0;

function normals(n: number, seed: number): Float64Array {
  const drawn = new Float32Array(n);
  normalInto(drawn, { key: randomKey(seed, "test"), stream: 0, step: 0 });
  return Float64Array.from(drawn);
}

describe("binary perceptron", () => {
  test("gradients, of all examples and of a batch with repetitions, are those of central differences", () => {
    const problem = binaryPerceptron(small);
    const [x, gradient, step] = [normals(9, 1), new Float64Array(9), 1e-5];
    const batch = [2, 0, 2, 5];
    const forms = [
      [problem.valueAt, problem.valueAndGradientAt],
      [
        (at: Float64Array) => problem.batchValueAndGradientAt(at, batch, new Float64Array(9)),
        (at: Float64Array, out: Float64Array) => problem.batchValueAndGradientAt(at, batch, out),
      ],
    ] as const;
    for (const [valueAt, valueAndGradientAt] of forms) {
      expect(valueAndGradientAt(x, gradient)).toBe(valueAt(x));
      for (let i = 0; i < 9; i++) {
        const moved = (by: number) => valueAt(x.map((value, k) => (k === i ? value + by : value)));
        // Third derivatives are below 10: 10 step²/6, and rounding of 1e-16·f/step.
        expect(gradient[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 8);
      }
    }
  });

  test("the mean over the batches of one example is the whole loss; losses far from 0 do not overflow", () => {
    const problem = binaryPerceptron(small);
    const [x, out] = [normals(9, 2), new Float64Array(9)];
    const values = Array.from({ length: 6 }, (_, example) => problem.batchValueAndGradientAt(x, [example], out));
    expect(meanEstimate(values).estimate).toBeCloseTo(problem.valueAt(x), 12);
    const flat = binaryPerceptron({ ...small, wellDepth: 0 });
    const far = x.map((value) => 1e6 * value);
    expect(Number.isFinite(flat.valueAndGradientAt(far, out))).toBe(true);
    expect(out.every(Number.isFinite)).toBe(true);
  });

  test("errors of all configurations are those of their weights; the teacher is a solution", () => {
    const problem = binaryPerceptron(small);
    const errors = problem.trainingErrors();
    expect(errors).toHaveLength(512);
    for (const [c, error] of errors.entries()) expect(error).toBe(problem.trainingErrorAt(weightsOf(c, 9)));
    expect(errors[configurationOf(problem.teacher)]).toBe(0);
    expect(problem.generalisationErrorAt(problem.teacher)).toBeCloseTo(0, 7);
    expect(problem.generalisationErrorAt(problem.teacher.map((value) => -2 * value))).toBeCloseTo(1, 7);
    for (const c of [0, 5, 511]) expect(configurationOf(weightsOf(c, 9))).toBe(c);
  });

  test("the generalisation error is the share of Gaussian inputs that are answered otherwise", () => {
    const problem = binaryPerceptron(small);
    const x = weightsOf(configurationOf(problem.teacher) ^ 0b101, 9);
    const numInputs = 20_000;
    const inputs = normals(9 * numInputs, 3);
    const wrong = Array.from({ length: numInputs }, (_, k) => {
      let [own, taught] = [0, 0];
      for (let i = 0; i < 9; i++) {
        own += inputs[9 * k + i]! * x[i]!;
        taught += inputs[9 * k + i]! * problem.teacher[i]!;
      }
      return own * taught < 0 ? 1 : 0;
    });
    const { estimate, standardError } = meanEstimate(wrong);
    expect(Math.abs(estimate - problem.generalisationErrorAt(x))).toBeLessThan(5 * standardError);
  });

  test("is a function of the seed; its landscape does not change teacher and examples", () => {
    const [one, same, other] = [small, { ...small, sharpness: 1, wellDepth: 0 }, { ...small, seed: 5 }].map((options) =>
      binaryPerceptron(options).trainingErrors(),
    );
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test("has wide and narrow solutions in number, and the wide ones generalise", () => {
    // Twenty problems, fixed before: per problem the rank correlation over its solutions.
    const correlations: number[] = [];
    let numWithBoth = 0;
    for (let seed = 0; seed < 20; seed++) {
      const problem = binaryPerceptron({ ...small, numWeights: 15, numExamples: 10, seed });
      const errors = problem.trainingErrors();
      const entropy = cubeLocalEntropy(errors, { flipProbability: 0.1, inverseTemperature: 10 });
      const solutions = Array.from(errors.keys()).filter((c) => errors[c] === 0);
      if (solutions.length < 10) continue;
      const numNear = solutions.map(
        (c) => Array.from({ length: 15 }, (_, i) => errors[c ^ (1 << i)]).filter(isNone).length,
      );
      if (numNear.filter(isNone).length > 0 && numNear.some((count) => count >= 5)) numWithBoth += 1;
      const generalisation = solutions.map((c) => problem.generalisationErrorAt(weightsOf(c, 15)));
      correlations.push(
        rankCorrelation(
          solutions.map((c) => entropy[c]!),
          generalisation,
        ).estimate,
      );
    }
    expect(correlations.length).toBeGreaterThan(10);
    expect(numWithBoth / correlations.length).toBeGreaterThan(0.5);
    const correlation = meanEstimate(correlations);
    expect(correlation.estimate).toBeLessThan(-5 * correlation.standardError);
  });

  test.each([
    [{ numWeights: 0 }, "binaryPerceptron: numWeights must be an integer in [1, ∞), got 0"],
    [{ numExamples: 1.5 }, "binaryPerceptron: numExamples must be an integer in [1, ∞), got 1.5"],
    [{ sharpness: 0 }, "binaryPerceptron: sharpness must be in (0, ∞), got 0"],
    [{ wellDepth: -1 }, "binaryPerceptron: wellDepth must be in [0, ∞), got -1"],
  ])("%j is refused", (wrong, words) => {
    expect(() => binaryPerceptron({ ...small, ...wrong })).toThrow(words);
  });

  test("more weights than can be enumerated are refused where they would be", () => {
    const large = binaryPerceptron({ ...small, numWeights: 101 });
    expect(large.generalisationErrorAt(large.teacher)).toBeCloseTo(0, 7);
    expect(() => large.trainingErrors()).toThrow("trainingErrors: numWeights must be an integer in [1, 24], got 101");
    expect(() => configurationOf(large.teacher)).toThrow("configurationOf: numWeights must be");
    expect(() => weightsOf(0, 0)).toThrow("weightsOf: numWeights must be an integer in [1, 24], got 0");
  });
});

describe("local entropy over the cube", () => {
  test("is the naive sum over all pairs of configurations", () => {
    const values = normals(64, 7).map((value) => 3 * value);
    const [flipProbability, inverseTemperature] = [0.15, 2];
    const entropy = cubeLocalEntropy(values, { flipProbability, inverseTemperature });
    for (let c = 0; c < 64; c++) {
      let sum = 0;
      for (let other = 0; other < 64; other++) {
        const distance = [...(c ^ other).toString(2)].filter((bit) => bit === "1").length;
        const probability = flipProbability ** distance * (1 - flipProbability) ** (6 - distance);
        sum += probability * Math.exp(-inverseTemperature * values[other]!);
      }
      expect(entropy[c]).toBeCloseTo(Math.log(sum) / inverseTemperature, 12);
    }
  });

  test("has its limits: −f without flips, one value at p = 1/2, that of a sum over the weights", () => {
    const values = normals(32, 8);
    const at = (flipProbability: number, f = values) => cubeLocalEntropy(f, { flipProbability, inverseTemperature: 1 });
    for (const [c, value] of at(1e-12).entries()) expect(value).toBeCloseTo(-values[c]!, 9);
    const whole = at(0.5);
    for (const value of whole) expect(value).toBeCloseTo(whole[0]!, 12);
    // f = Σᵢ hᵢ·[bit i set]: F̃ = Σᵢ log(keep·e^−f + flip·e^−f').
    const h = [0.3, -1, 2, 0.7, 0];
    const sum = Float64Array.from({ length: 32 }, (_, c) => h.reduce((f, hi, i) => f + hi * ((c >> i) & 1), 0));
    at(0.2, sum).forEach((value, c) => {
      const exact = h.reduce((total, hi, i) => {
        const [own, other] = (c >> i) & 1 ? [hi, 0] : [0, hi];
        return total + Math.log(0.8 * Math.exp(-own) + 0.2 * Math.exp(-other));
      }, 0);
      expect(value).toBeCloseTo(exact, 12);
    });
    // An energy of 1e6 everywhere is only a constant.
    const raised = at(
      0.2,
      sum.map((value) => value + 1e6),
    );
    for (const [c, value] of at(0.2, sum).entries()) expect(raised[c]! + 1e6).toBeCloseTo(value, 8);
  });

  test.each([
    [{ flipProbability: 0 }, "cubeLocalEntropy: flipProbability must be in (0, 0.5], got 0"],
    [{ flipProbability: 0.6 }, "cubeLocalEntropy: flipProbability must be in (0, 0.5], got 0.6"],
    [{ inverseTemperature: 0 }, "cubeLocalEntropy: inverseTemperature must be in (0, ∞), got 0"],
  ])("%j is refused", (wrong, words) => {
    const options = { flipProbability: 0.1, inverseTemperature: 1, ...wrong };
    expect(() => cubeLocalEntropy(new Float64Array(4), options)).toThrow(words);
    expect(() => cubeLocalEntropy(new Float64Array(6), { flipProbability: 0.1, inverseTemperature: 1 })).toThrow(
      "cubeLocalEntropy: values must be a power of 2 in number, got 6",
    );
  });
});
