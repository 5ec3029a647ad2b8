/**
 * A perceptron with binary weights that learns from a teacher: a landscape with narrow and wide solutions, whose local entropy is
 * known exactly and whose generalisation error has a closed form.
 *
 * @see Baldassi, Ingrosso, Lucibello, Saglietti, Zecchina 2015, "Subdominant dense clusters allow for simple learning and high
 *   computational performance in neural networks with discrete synapses", Phys. Rev. Lett. 115 (arXiv:1509.05753)
 */
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import { normalInto, uniformInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import type { Vector } from "../types.ts";
import { requireEnumerable } from "./configurations.ts";
import type { PlantedObjective } from "./gaussianWells.ts";

/** Options of `binaryPerceptron`. */
export interface BinaryPerceptronOptions {
  /** n. */
  readonly numWeights: number;
  /** P. */
  readonly numExamples: number;
  /** κ > 0: the larger, the nearer is the loss to the largest violation of a margin. */
  readonly sharpness: number;
  /** λ ≥ 0: the wells at ±1 of each weight are λ/4 deep. */
  readonly wellDepth: number;
  /** Of teacher and examples. */
  readonly seed: number;
}

const table: OptionTable<BinaryPerceptronOptions> = {
  numWeights: integerOption("[1, ∞)", "n."),
  numExamples: integerOption("[1, ∞)", "P."),
  sharpness: numberOption("(0, ∞)", "κ of the loss of a margin."),
  wellDepth: numberOption("[0, ∞)", "λ of the wells at ±1."),
  seed: integerOption("[0, ∞)", "Of teacher and examples."),
};

/** The problem of one teacher and its examples. */
export interface BinaryPerceptron extends PlantedObjective {
  readonly numWeights: number;
  readonly numExamples: number;
  /** ±1, shape (n,). */
  readonly teacher: Float64Array;
  /** f with the mean over the examples of these numbers; writes its gradient to `out`. */
  batchValueAndGradientAt(x: Vector, examples: ArrayLike<number>, out: Vector): number;
  /** Share of the examples that sign(ξ·x) answers otherwise than the teacher. */
  trainingErrorAt(x: Vector): number;
  /** arccos(x·t/‖x‖‖t‖)/π: the share of all Gaussian inputs that x answers otherwise than the teacher t; exact. */
  generalisationErrorAt(x: Vector): number;
  /** The training error of every configuration (`configurationOf`), shape (2ⁿ,). Cost: 2ⁿ·P additions. n ≤ 24. */
  trainingErrors(): Float64Array;
}

/**
 * f(x) = (1/P) Σ_μ log(1 + exp(−κ y_μ ξ_μ·x/√n)) + (λ/4) Σᵢ (xᵢ² − 1)²
 *
 * with examples ξ ~ N(0, I), a teacher t uniform in {−1, 1}ⁿ and labels y = sign(ξ·t). The wells make a minimum near each of many
 * configurations, and barriers between them. A solution is a configuration without a training error; the teacher is one.
 *
 * Shapes: x and gradient (n,). Cost: 2nP products per gradient. Randomness: a function of the seed; problems of one seed with
 * different κ and λ have the same teacher and examples.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 */
export function binaryPerceptron(options: BinaryPerceptronOptions): BinaryPerceptron {
  const {
    numWeights: n,
    numExamples,
    sharpness,
    wellDepth,
    seed,
  } = checkedOptions("binaryPerceptron", table, {}, options);
  const teacher = teacherOf(n, seed);
  const examples = labelledExamples(teacher, numExamples, seed);
  const scale = sharpness / Math.sqrt(n);
  /** y ξ·x. */
  const marginAt = (x: Vector, example: number): number => {
    let margin = 0;
    for (let i = 0; i < n; i++) margin += examples[example * n + i]! * x[i]!;
    return margin;
  };
  const wellsAt = (x: Vector, out?: Vector): number => {
    let value = 0;
    for (let i = 0; i < n; i++) {
      const above = x[i]! * x[i]! - 1;
      value += (wellDepth / 4) * above * above;
      if (out !== undefined) out[i] = wellDepth * x[i]! * above;
    }
    return value;
  };
  const batchValueAndGradientAt = (x: Vector, batch: ArrayLike<number>, out?: Vector): number => {
    let value = wellsAt(x, out);
    for (let k = 0; k < batch.length; k++) {
      const margin = scale * marginAt(x, batch[k]!);
      value += softplus(-margin) / batch.length;
      if (out === undefined) continue;
      const factor = scale / (1 + Math.exp(margin)) / batch.length;
      for (let i = 0; i < n; i++) out[i] = out[i]! - factor * examples[batch[k]! * n + i]!;
    }
    return value;
  };
  const all = Int32Array.from({ length: numExamples }, (_, example) => example);
  return {
    numWeights: n,
    numExamples,
    teacher,
    valueAt: (x) => batchValueAndGradientAt(x, all),
    valueAndGradientAt: (x, out) => batchValueAndGradientAt(x, all, out),
    batchValueAndGradientAt,
    trainingErrorAt: (x) => all.filter((example) => !(marginAt(x, example) > 0)).length / numExamples,
    generalisationErrorAt: (x) => Math.acos(overlap(x, teacher)) / Math.PI,
    trainingErrors: () => errorsOfAll(examples, n),
  };
}

/** Uniform in {−1, 1}ⁿ. */
function teacherOf(numWeights: number, seed: number): Float64Array {
  const uniforms = new Float32Array(numWeights);
  uniformInto(uniforms, { key: randomKey(seed, "binary-perceptron", "teacher"), stream: 0, step: 0 });
  return Float64Array.from(uniforms, (uniform) => (uniform < 0.5 ? -1 : 1));
}

/** Rows y ξ, shape (P, n). */
function labelledExamples(teacher: Float64Array, numExamples: number, seed: number): Float64Array {
  const n = teacher.length;
  const normals = new Float32Array(n * numExamples);
  normalInto(normals, { key: randomKey(seed, "binary-perceptron", "examples"), stream: 0, step: 0 });
  const examples = Float64Array.from(normals);
  for (let example = 0; example < numExamples; example++) {
    const row = examples.subarray(example * n, (example + 1) * n);
    const field = row.reduce((sum, value, i) => sum + value * teacher[i]!, 0);
    if (field < 0) for (let i = 0; i < n; i++) row[i] = -row[i]!;
  }
  return examples;
}

/** Shares of negative margins, by a Gray code: one weight changes from each configuration to the next. */
function errorsOfAll(examples: Float64Array, n: number): Float64Array {
  requireEnumerable("trainingErrors", n);
  const numExamples = examples.length / n;
  const margins = new Float64Array(numExamples);
  for (let at = 0; at < examples.length; at++) margins[Math.floor(at / n)]! -= examples[at]!;
  const errors = new Float64Array(2 ** n);
  let configuration = 0;
  for (let k = 0; ; ) {
    let wrong = 0;
    for (let example = 0; example < numExamples; example++) if (!(margins[example]! > 0)) wrong += 1;
    errors[configuration] = wrong / numExamples;
    k += 1;
    if (k === errors.length) return errors;
    const weight = 31 - Math.clz32(k & -k);
    configuration ^= 1 << weight;
    const change = (configuration >> weight) & 1 ? 2 : -2;
    for (let example = 0; example < numExamples; example++)
      margins[example]! += change * examples[example * n + weight]!;
  }
}

/** cos of the angle, within [−1, 1]. */
function overlap(a: Vector, b: Vector): number {
  let [product, square, other] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    square += a[i]! * a[i]!;
    other += b[i]! * b[i]!;
  }
  return Math.max(-1, Math.min(1, product / Math.sqrt(square * other)));
}

/** log(1 + eᵃ) without overflow. */
function softplus(a: number): number {
  return a > 0 ? a + Math.log1p(Math.exp(-a)) : Math.log1p(Math.exp(a));
}
